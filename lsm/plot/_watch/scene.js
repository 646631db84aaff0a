// The liquid in space: a dot for each neuron, which flashes at its spikes.

const LINE_SHADE = 0.1; // opacity of a synapse whose neuron is silent
const FULL_TURN = 20000; // ms

class Scene {
  constructor(canvas, { positions, inhibitory, lines }) {
    Object.assign(this, { canvas, positions, inhibitory, lines });
    this.context = canvas.getContext("2d");
    this.n = inhibitory.length;
    [this.yaw, this.pitch] = [-0.5, 0.28];
    this.glow = new Float32Array(this.n);
    this.place = new Float32Array(3 * this.n); // on the screen, and depth from -1 to 1
    this.order = Array.from({ length: this.n }, (_, i) => i);
    let [wide, high] = [0, 0]; // of the liquid, however it turns
    for (let i = 0; i < this.n; i++) {
      const [x, y, z] = positions.subarray(3 * i, 3 * i + 3);
      wide = Math.max(wide, Math.hypot(x, z));
      high = Math.max(high, Math.abs(y));
    }
    this.extent = [wide || 1, high];
  }

  // Take the size of the canvas and the colours of the theme.
  resize() {
    const dots = window.devicePixelRatio || 1;
    const box = this.canvas.getBoundingClientRect();
    [this.width, this.height] = [box.width, box.height];
    this.canvas.width = Math.round(box.width * dots);
    this.canvas.height = Math.round(box.height * dots);
    this.context.setTransform(dots, 0, 0, dots, 0, 0);
    this.colors = [color("excitatory"), color("inhibitory")];
    this.isDark = darkness.matches;
    this.sprites = this.colors.map((of, kind) => [sprite(of, kind, false), sprite(of, kind, true)]);
    this.rotate(0, 0);
  }

  rotate(across, up) {
    this.yaw += across;
    this.pitch = Math.max(-1.5, Math.min(1.5, this.pitch + up));
    const [sin, cos] = [Math.sin(this.yaw), Math.cos(this.yaw)];
    const [lift, level] = [Math.sin(this.pitch), Math.cos(this.pitch)];
    const [wide, high] = this.extent;
    const tall = high * level + wide * Math.abs(lift);
    this.scale = 0.9 * Math.min(this.width / 2 / (1.15 * wide), this.height / 2 / (1.1 * tall));
    const { positions, place } = this;
    for (let i = 0; i < 3 * this.n; i += 3) {
      const [x, y, z] = [positions[i], positions[i + 1], positions[i + 2]];
      const [across, away] = [cos * x - sin * z, sin * x + cos * z];
      const depth = level * away + lift * y;
      const near = 1 / (1 + 0.18 * depth);
      place[i] = this.width / 2 + this.scale * near * across;
      place[i + 1] = this.height / 2 - this.scale * near * (level * y - lift * away);
      place[i + 2] = depth;
    }
    this.order.sort((a, b) => place[3 * b + 2] - place[3 * a + 2]); // the farthest first
  }

  // Set the glow of each neuron by its last spike before a time.
  flash({ until, neurons, dt, n_steps }, step, time, fade) {
    this.glow.fill(0);
    for (let k = Math.max(0, step - Math.ceil((4 * fade) / dt)); k < step && k < n_steps; k++) {
      const left = Math.exp(-(time - (k + 1) * dt) / fade);
      for (let i = until[k]; i < until[k + 1]; i++) this.glow[neurons[i]] = left;
    }
  }

  draw() {
    const { context, place, glow } = this;
    context.clearRect(0, 0, this.width, this.height);
    this.drawLines();
    const size = Math.max(1.7, Math.min(7, (0.3 * this.scale) / Math.cbrt(this.n)));
    context.globalAlpha = 1;
    for (const i of this.order) {
      const near = 1 - 0.3 * place[3 * i + 2];
      context.globalAlpha = (this.isDark ? 0.4 : 0.34) * (0.65 + 0.45 * (near - 0.7));
      this.stamp(this.sprites[this.inhibitory[i]][0], i, size * near);
    }
    context.globalCompositeOperation = this.isDark ? "lighter" : "source-over";
    for (const i of this.order) {
      if (glow[i] < 0.03) continue;
      context.globalAlpha = Math.min(1, glow[i]);
      const near = 1 - 0.3 * place[3 * i + 2];
      this.stamp(this.sprites[this.inhibitory[i]][1], i, size * near * (3.2 - 0.8 * glow[i]));
    }
    context.globalCompositeOperation = "source-over";
    context.globalAlpha = 1;
  }

  stamp(image, i, size) {
    const [x, y] = [this.place[3 * i], this.place[3 * i + 1]];
    this.context.drawImage(image, x - size, y - size, 2 * size, 2 * size);
  }

  drawLines() {
    const { context, place, lines, glow } = this;
    for (let kind = 0; kind < 2; kind++) {
      context.strokeStyle = this.colors[kind];
      context.lineWidth = 0.7;
      context.globalAlpha = LINE_SHADE;
      context.beginPath();
      const bright = [];
      for (let i = 0; i < lines.length; i += 2) {
        if (this.inhibitory[lines[i]] !== kind) continue;
        if (glow[lines[i]] > 0.1) bright.push(i);
        this.trace(lines[i], lines[i + 1]);
      }
      context.stroke();
      for (const i of bright) {
        context.globalAlpha = 0.55 * glow[lines[i]];
        context.beginPath();
        this.trace(lines[i], lines[i + 1]);
        context.stroke();
      }
    }
  }

  trace(one, other) {
    this.context.moveTo(this.place[3 * one], this.place[3 * one + 1]);
    this.context.lineTo(this.place[3 * other], this.place[3 * other + 1]);
  }
}

// A picture of a neuron: round or square, and with a halo if it flashes.
function sprite(of, isSquare, isFlash) {
  const half = 32;
  const canvas = make("canvas", { width: 2 * half, height: 2 * half });
  const context = canvas.getContext("2d");
  if (isFlash) {
    const halo = context.createRadialGradient(half, half, 0, half, half, half);
    halo.addColorStop(0, of);
    halo.addColorStop(0.25, of);
    halo.addColorStop(1, `${of}00`);
    context.globalAlpha = 0.4;
    context.fillStyle = halo;
    context.fillRect(0, 0, 2 * half, 2 * half);
    context.globalAlpha = 1;
  }
  context.fillStyle = of;
  const size = isFlash ? 0.36 * half : 0.9 * half;
  shape(context, half, size, isSquare);
  if (isFlash) {
    context.fillStyle = darkness.matches ? "rgba(255,255,255,0.75)" : "rgba(255,255,255,0.35)";
    shape(context, half, 0.55 * size, isSquare);
  }
  return canvas;
}

function shape(context, middle, size, isSquare) {
  context.beginPath();
  if (isSquare) context.rect(middle - size, middle - size, 2 * size, 2 * size);
  else context.arc(middle, middle, size, 0, 2 * Math.PI);
  context.fill();
}

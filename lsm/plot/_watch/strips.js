// Strips over time: the sound, the input, the spikes, and the answers of the readout.

const HEIGHTS = { wave: 40, input: 72, raster: 160, answers: 12, values: 80 };
const AXIS = 18; // height of the time axis, under the last strip
const HIDDEN = 0.22; // opacity of the input that is still to come
// Dark is little and bright is much, in either theme.
const RAMP = [[13, 17, 40], [66, 36, 112], [150, 50, 110], [222, 92, 70], [250, 170, 62],
  [252, 240, 170]];

class Strips {
  constructor(box, sample) {
    this.sample = sample;
    const kinds = [
      ["wave", "Sound", sample.sound],
      ["input", inputTitle(sample.input), sample.input],
      ["raster", "Spikes: excitatory neurons below, inhibitory above", true],
      ["answers", "Readout at each moment: full height is right, half is wrong",
        sample.outputs && sample.truth && facts.kind === "classes"],
      ["values", facts.labels ? "" : "Values: true thin and grey, predicted bold",
        facts.kind === "values"],
    ];
    this.strips = kinds.filter(([, , content]) => content).map(([kind, title]) => {
      const canvas = make("canvas", { class: kind });
      box.append(make("p", {}, title), canvas);
      return { kind, canvas };
    });
    this.strips.at(-1).isLast = true;
  }

  // Draw all of each strip once; `show` copies the part that has been heard.
  resize() {
    const dots = window.devicePixelRatio || 1;
    for (const strip of this.strips) {
      const { canvas, kind } = strip;
      strip.height = HEIGHTS[kind];
      const height = strip.height + (strip.isLast ? AXIS : 0);
      canvas.style.height = `${height}px`;
      strip.width = canvas.getBoundingClientRect().width;
      canvas.width = Math.round(strip.width * dots);
      canvas.height = Math.round(height * dots);
      strip.full = make("canvas", { width: canvas.width, height: canvas.height });
      strip.context = canvas.getContext("2d");
      const context = strip.full.getContext("2d");
      for (const one of [context, strip.context]) one.setTransform(dots, 0, 0, dots, 0, 0);
      PAINTERS[kind](context, strip.width, strip.height, this.sample);
    }
  }

  show(time) {
    const share = time / this.sample.duration;
    for (const { kind, canvas, full, context, width, height, isLast } of this.strips) {
      context.clearRect(0, 0, width, height + AXIS);
      const heard = Math.round(share * canvas.width);
      if (kind === "wave" || kind === "input") {
        context.globalAlpha = HIDDEN;
        context.drawImage(full, 0, 0, width, canvas.height * width / canvas.width);
        context.globalAlpha = 1;
      }
      if (heard > 0) {
        const part = (heard * width) / canvas.width;
        const whole = (canvas.height * width) / canvas.width;
        context.drawImage(full, 0, 0, heard, canvas.height, 0, 0, part, whole);
      }
      if (isLast) drawAxis(context, width, height, this.sample.duration);
    }
  }
}

function inputTitle({ kind, channels, first, last, low, high }) {
  if (kind === "cochleagram") return `Cochleagram: bands from ${first} (below) to ${last}`;
  const names = channels > 1 ? `channels ${first} (below) to ${last}` : `channel ${first}`;
  if (kind === "spikes") return `Input: spikes in ${names}`;
  return `Input: currents in ${names}, dark ${written(low)} to bright ${written(high)} nA`;
}

const PAINTERS = {
  wave(context, width, height, { sound }) {
    context.fillStyle = color("wave");
    const n = Math.ceil(width);
    for (let x = 0; x < n; x++) {
      let [low, high] = [0, 0];
      const end = Math.floor(((x + 1) * sound.length) / n);
      for (let i = Math.floor((x * sound.length) / n); i < end; i++) {
        low = Math.min(low, sound[i]);
        high = Math.max(high, sound[i]);
      }
      const top = (height / 2) * (1 - high / 32768);
      context.fillRect(x, top, 1, Math.max(1, (height * (high - low)) / 65536));
    }
  },

  input(context, width, height, { input }) {
    const { rows, columns, values } = input;
    const small = make("canvas", { width: columns, height: rows });
    const pixels = small.getContext("2d").createImageData(columns, rows);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const at = 4 * ((rows - 1 - row) * columns + column); // the first channel is lowest
        pixels.data.set(shade(values[row * columns + column]), at);
      }
    }
    small.getContext("2d").putImageData(pixels, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, width, height);
  },

  raster(context, width, height, { until, neurons, n_steps }) {
    const order = [...inhibitory.keys()].sort((a, b) => inhibitory[a] - inhibitory[b]);
    const line = new Float32Array(order.length);
    order.forEach((neuron, i) => { line[neuron] = i; });
    const [wide, high] = [Math.max(1.2, width / n_steps), Math.max(1.2, height / order.length)];
    for (const kind of [0, 1]) {
      context.fillStyle = color(kind ? "inhibitory" : "excitatory");
      for (let step = 0; step < n_steps; step++) {
        const x = ((step + 1) * width) / n_steps - wide;
        for (let i = until[step]; i < until[step + 1]; i++) {
          const neuron = neurons[i];
          if (inhibitory[neuron] !== kind) continue;
          const y = height * (1 - (line[neuron] + 1) / order.length);
          context.fillRect(x, y, wide, high);
        }
      }
    }
  },

  answers(context, width, height, sample) {
    const n = rowCount(sample);
    for (let row = 0; row < n; row++) {
      const isRight = firstClass(sample, row) === trueClass(sample, row);
      context.fillStyle = color(isRight ? "accent" : "muted");
      const tall = isRight ? height : height / 2;
      context.fillRect((row * width) / n, height - tall, width / n + 0.5, tall);
    }
  },

  values(context, width, height, sample) {
    const { outputs, truth, n_values } = sample;
    const all = [...(outputs ?? []), ...(truth ?? [])].filter(Number.isFinite);
    const low = all.reduce((a, b) => Math.min(a, b), Infinity);
    const high = all.reduce((a, b) => Math.max(a, b), -Infinity);
    const y = (value) => height - 3 - ((height - 6) * (value - low)) / (high - low || 1);
    for (const [values, wide] of [[truth, 1], [outputs, 2]]) {
      if (!values) continue;
      const n = values.length / n_values;
      for (let k = 0; k < n_values; k++) {
        context.strokeStyle = wide === 1 ? color("muted") : color(["accent", "inhibitory",
          "wave"][k]);
        context.lineWidth = wide;
        context.beginPath();
        for (let row = 0; row < n; row++) {
          const value = values[row * n_values + k];
          if (Number.isFinite(value)) context.lineTo(((row + 1) * width) / n, y(value));
        }
        context.stroke();
      }
    }
  },
};

function shade(value) {
  const at = (value / 255) * (RAMP.length - 1);
  const i = Math.min(Math.floor(at), RAMP.length - 2);
  return [...RAMP[i].map((part, k) => part + (at - i) * (RAMP[i + 1][k] - part)), 255];
}

function drawAxis(context, width, top, duration) {
  const wanted = Math.max(2, Math.floor(width / 80));
  const power = 10 ** Math.floor(Math.log10(duration / wanted));
  const step = power * [1, 2, 5, 10].find((part) => (power * part * wanted) >= duration * 0.999);
  context.fillStyle = color("muted");
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "top";
  for (let i = 0; i * step <= duration; i++) {
    const [x, text] = [(i * step * width) / duration, `${written(i * step)}`];
    const label = i === 0 ? "0 ms" : text;
    context.textAlign = i === 0 ? "left" : "center";
    if (x + context.measureText(label).width / 2 > width) continue;
    context.fillRect(x, top, 1, 3);
    context.fillText(label, x, top + 5);
  }
}

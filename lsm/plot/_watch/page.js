// The page: one clock, which the scene, the strips and the answer follow.

const facts = JSON.parse(document.getElementById("facts").textContent);
const darkness = window.matchMedia("(prefers-color-scheme: dark)");
const SPEEDS = [0.02, 0.05, 0.1, 0.25, 0.5, 1, 2];
const SLOWEST_SOUND = 0.25; // browsers play no sound that is slower
const LATE = 60; // ms by which the sound may differ from the clock
const TYPES = { Uint8Array, Uint16Array, Uint32Array, Int16Array, Float32Array };
const RATE_OVER = 10; // ms
const MANY = 12; // classes
const FADE = 40; // ms of watching, after which a flash has a third of its brightness
const $ = (id) => document.getElementById(id);
let [inhibitory, scene, strips, sample, audio, bars] = [];
let [time, speed, isPlaying, isTurning, isLoud, last] = [0, 0.25, false, false, true, 0];

function make(tag, attributes = {}, ...content) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in element && tag === "canvas" && name !== "class") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...content);
  return element;
}

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function written(value) {
  return String(Number(value.toPrecision(4)));
}

async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

// The facts, with typed arrays in place of their descriptions.
function withArrays(value, buffer) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((part) => withArrays(part, buffer));
  if (value.type in TYPES) return new TYPES[value.type](buffer, value.at, value.n);
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, withArrays(part, buffer)]));
}

function rowCount({ outputs }) {
  return outputs.length / facts.labels.length;
}

// The last row that has ended at the present time; -1 before the end of the first one.
function currentRow() {
  return Math.floor(time / sample.row_duration + 1e-6) - 1;
}

function firstClass({ outputs }, row) {
  const n = facts.labels.length;
  const shares = outputs.subarray(row * n, (row + 1) * n);
  return shares.indexOf(Math.max(...shares));
}

function trueClass({ truth }, row) {
  return truth[Math.min(Math.max(row, 0), truth.length - 1)];
}

function choose(i) {
  sample = facts.samples[i];
  $("sample").value = String(i);
  for (const part of $("strips").querySelectorAll("p, canvas")) part.remove();
  strips = new Strips($("strips"), sample);
  const slider = $("time");
  slider.max = sample.duration;
  slider.step = sample.dt;
  audio?.pause();
  audio = sample.sound && soundOf(sample);
  $("mute").hidden = !audio;
  makeBars();
  describe();
  play(false);
  time = 0;
  resize();
}

function makeBars() {
  const isAsked = facts.kind === "classes" && sample.outputs;
  $("answer").hidden = false;
  $("says-box").hidden = !sample.outputs;
  $("true").parentElement.hidden = !sample.truth;
  $("bars").classList.toggle("many", isAsked && facts.labels.length > MANY);
  bars = !isAsked ? [] : facts.labels.map((name) => {
    const [fill, share] = [make("div", { class: "fill" }), make("span", { class: "share" })];
    const bar = make("div", { class: "bar" }, make("span", { class: "name", title: name }, name),
      make("div", { class: "track" }, fill), share);
    return { bar, fill, share };
  });
  $("bars").replaceChildren(...bars.map(({ bar }) => bar));
}

function describe() {
  const { n_neurons, n_shown, n_synapses, n_lines, meaning, readout } = facts;
  const count = (n) => n.toLocaleString("en");
  const texts = [
    n_shown < n_neurons && `${count(n_shown)} of ${count(n_neurons)} neurons are shown.`,
    meaning,
    n_lines > 0 && `${count(n_lines)} of ${count(n_synapses)} synapses are drawn as lines.`,
    "A spike is a flash at the end of its time step, and fades while you watch.",
    sample.cut_from > sample.duration
      && `The first ${written(sample.duration)} of ${written(sample.cut_from)} ms are shown.`,
    audio && "The sound is the part of the recording that the liquid receives. It plays at a "
      + "speed of 0.25 or more.",
    readout,
  ].filter(Boolean);
  $("about").replaceChildren(...texts.map((text) => make("p", {}, text)));
  const kinds = [make("span", { class: "dot" }), "excitatory", make("span", { class: "square" }),
    "inhibitory"];
  $("legend").replaceChildren(...kinds);
  $("scene").setAttribute("aria-label", `${count(n_shown)} neurons in space. ${meaning}`);
}

// The sound as an element of a WAV file in memory.
function soundOf({ sound, rate }) {
  const head = new DataView(new ArrayBuffer(44));
  const text = (at, letters) =>
    [...letters].forEach((letter, i) => head.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  head.setUint32(4, 36 + sound.byteLength, true);
  text(8, "WAVEfmt ");
  head.setUint32(16, 16, true);
  head.setUint16(20, 1, true); // uncompressed
  head.setUint16(22, 1, true); // channel
  head.setUint32(24, rate, true);
  head.setUint32(28, 2 * rate, true);
  head.setUint16(32, 2, true);
  head.setUint16(34, 16, true);
  text(36, "data");
  head.setUint32(40, sound.byteLength, true);
  return new Audio(URL.createObjectURL(new Blob([head, sound], { type: "audio/wav" })));
}

function hear() {
  if (!audio) return;
  if (!isPlaying || !isLoud || speed < SLOWEST_SOUND) return audio.pause();
  audio.playbackRate = speed;
  if (Math.abs(1000 * audio.currentTime - time) > LATE) audio.currentTime = time / 1000;
  if (audio.paused && time < 1000 * audio.duration) {
    audio.play().catch(() => {}); // a browser may refuse sound until a click
  }
}

function play(wanted) {
  isPlaying = wanted;
  if (isPlaying && time >= sample.duration) time = 0;
  $("play").textContent = isPlaying ? "Pause" : "Play";
  hear();
  wake();
}

function seek(to) {
  time = Math.max(0, Math.min(sample.duration, to));
  hear();
  show();
}

let isAwake = false;

function wake() {
  if (isAwake || !(isPlaying || isTurning)) return;
  isAwake = true;
  last = performance.now();
  requestAnimationFrame(tick);
}

function tick(now) {
  isAwake = false;
  const passed = Math.max(0, Math.min(now - last, 200)); // a page in the background stands still
  if (isTurning) scene.rotate((2 * Math.PI * passed) / FULL_TURN, 0);
  if (isPlaying) {
    time = Math.min(time + passed * speed, sample.duration);
    if (time >= sample.duration) play(false);
    else hear();
  }
  show();
  const before = now;
  if (isPlaying || isTurning) {
    isAwake = true;
    last = before;
    requestAnimationFrame(tick);
  }
}

function show() {
  const step = Math.min(sample.n_steps, Math.floor(time / sample.dt + 1e-6));
  const fade = Math.max(3, Math.min(12, FADE * speed));
  scene.flash(sample, step, time, fade);
  scene.draw();
  strips.show(time);
  $("cursor").style.left = `${(100 * time) / sample.duration}%`;
  $("time").value = time;
  $("clock").textContent = `${time.toFixed(sample.dt < 1 ? 1 : 0)} of ${written(sample.duration)} ms`;
  const since = Math.max(0, step - Math.round(RATE_OVER / sample.dt));
  const [before, now] = [sample.until[since], sample.until[step]];
  const seconds = (Math.max(step - since, 1) * sample.dt) / 1000;
  const rate = (now - before) / seconds / inhibitory.length;
  $("so-far").textContent = `${now.toLocaleString("en")} spikes so far; now ${rate.toFixed(0)} Hz `
    + "per neuron";
  showAnswer(currentRow());
}

function showAnswer(row) {
  const isClass = facts.kind !== "values";
  const rows = (values) => [...values.subarray(row * sample.n_values, (row + 1) * sample.n_values)];
  const list = (values) => (row < 0 ? "–" : rows(values).map(written).join(", "));
  const truth = sample.truth && (isClass ? trueClass(sample, row) : null);
  if (sample.truth) $("true").textContent = isClass ? facts.labels[truth] : list(sample.truth);
  if (!sample.outputs) return;
  const says = isClass && row >= 0 ? firstClass(sample, row) : null;
  if (!isClass) $("says").textContent = list(sample.outputs);
  else $("says").textContent = says === null ? "–" : facts.labels[says];
  const isJudged = says !== null && sample.truth;
  $("says").className = !isJudged ? "" : says === truth ? "right" : "wrong";
  bars.forEach(({ bar, fill, share }, i) => {
    const value = row < 0 ? 0 : sample.outputs[row * bars.length + i] / 255;
    fill.style.transform = `scaleX(${value})`;
    share.textContent = row < 0 ? "" : `${Math.round(100 * value)} %`;
    bar.classList.toggle("first", i === says);
    bar.classList.toggle("true", i === truth);
  });
}

function resize() {
  scene.resize();
  strips.resize();
  show();
}

function setSpeed(value) {
  speed = value;
  $("speed").value = String(value);
  hear();
  show();
}

function turn() {
  isTurning = !isTurning;
  $("turn").setAttribute("aria-pressed", isTurning);
  wake();
}

function mute() {
  isLoud = !isLoud;
  $("mute").setAttribute("aria-pressed", isLoud);
  hear();
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { target, key } = event;
  const inScene = target === $("scene");
  const n = facts.samples.length;
  const other = (by) => choose((facts.samples.indexOf(sample) + by + n) % n);
  const faster = (by) =>
    setSpeed(SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, SPEEDS.indexOf(speed) + by))]);
  const by = event.shiftKey ? 50 : 5;
  const actions = {
    " ": () => play(!isPlaying),
    ArrowLeft: () => (inScene ? turnBy(-0.1, 0) : seek(time - by)),
    ArrowRight: () => (inScene ? turnBy(0.1, 0) : seek(time + by)),
    ArrowUp: inScene && (() => turnBy(0, 0.1)),
    ArrowDown: inScene && (() => turnBy(0, -0.1)),
    Home: () => seek(0),
    End: () => seek(sample.duration),
    ",": () => faster(-1),
    ".": () => faster(1),
    n: () => other(1),
    p: () => other(-1),
    r: turn,
    m: mute,
  };
  const action = actions[key.length === 1 ? key.toLowerCase() : key];
  const isOwn = target.matches("select, summary") || (key === " " && target.matches("button"));
  if (!action || isOwn) return;
  event.preventDefault();
  action();
}

function turnBy(across, up) {
  scene.rotate(across, up);
  scene.draw();
}

// Dragging rotates the liquid, or moves the cursor.
function onDrag(element, move) {
  let from = null;
  element.addEventListener("pointerdown", (event) => {
    from = event;
    element.setPointerCapture(event.pointerId);
    move(event, event);
  });
  element.addEventListener("pointermove", (event) => {
    if (!from) return;
    move(event, from);
    from = event;
  });
  for (const end of ["pointerup", "pointercancel"]) {
    element.addEventListener(end, () => { from = null; });
  }
}

async function start() {
  const buffer = await unpacked($("arrays").textContent);
  Object.assign(facts, withArrays(facts, buffer));
  inhibitory = facts.inhibitory;
  scene = new Scene($("scene"), facts);
  $("broken").hidden = true;
  for (const part of document.querySelectorAll("main, footer, aside")) part.hidden = false;
  $("sample").append(...facts.samples.map(({ name }, i) => make("option", { value: i }, name)));
  $("speed").append(...SPEEDS.map((value) => make("option", { value }, `${value}×`)));
  $("speed").value = String(speed);
  $("choice").hidden = facts.samples.length < 2;
  choose(0);
  $("sample").addEventListener("change", () => choose(Number($("sample").value)));
  $("speed").addEventListener("change", () => setSpeed(Number($("speed").value)));
  $("play").addEventListener("click", () => play(!isPlaying));
  $("turn").addEventListener("click", turn);
  $("mute").addEventListener("click", mute);
  $("time").addEventListener("input", () => seek(Number($("time").value)));
  document.addEventListener("keydown", onKey);
  onDrag($("scene"), (now, before) =>
    turnBy((now.clientX - before.clientX) / 150, (now.clientY - before.clientY) / 150));
  onDrag($("strips"), (now) => {
    const box = $("strips").getBoundingClientRect();
    seek((sample.duration * (now.clientX - box.left)) / box.width);
  });
  new ResizeObserver(resize).observe(document.querySelector("main"));
  darkness.addEventListener("change", resize);
}

start();

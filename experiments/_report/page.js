// The page: a table of runs, one of them in full, and charts of those that the table shows.

const facts = JSON.parse(document.getElementById("facts").textContent);
const main = document.querySelector("main");
const PAUSE = 150; // ms after the last letter of a filter, before the charts follow
const names = facts.parameters.map((parameter) => parameter.name);
const parameters = facts.parameters.map(asParameter);
const score = {
  short: facts.score_name,
  of: (run) => run.score,
  place: (run) => run.score,
  back: (value) => value,
};

// The last parts of a name that no other name ends with.
function shortName(name) {
  const parts = name.split("__");
  for (let n = 1; n < parts.length; n++) {
    const short = parts.slice(-n).join("__");
    if (names.filter((other) => `__${other}`.endsWith(`__${short}`)).length === 1) return short;
  }
  return name;
}

// A parameter with its value `of` a run and its `place` on an axis: the index of a choice, or a
// number or its logarithm; `back` returns the value of a place.
function asParameter({ name, values, log }) {
  const of = (run) => run.settings?.[name];
  const known = { name, short: shortName(name), of };
  if (values === null) {
    const [place, back] = log ? [Math.log10, (value) => 10 ** value] : [Number, Number];
    return { ...known, log, place: (run) => place(of(run)), back };
  }
  const numeric = values.every((value) => typeof value === "number");
  const sorted = numeric ? values.toSorted((a, b) => a - b) : values;
  const choices = [...new Set(sorted.map((value) => written(value)))];
  return { ...known, choices, place: (run) => choices.indexOf(written(of(run))) };
}

function canBeDrawn(run) {
  const isPlace = ({ choices, place }) => (choices ? place(run) >= 0 : Number.isFinite(place(run)));
  return [score, ...parameters].every(isPlace) && run.score !== null;
}

function makeTable() {
  const columns = [
    { name: "run", of: (run) => run.run },
    { name: "status", of: (run) => run.status },
    { name: score.short, of: score.of, digits: 4 },
    ...parameters.map(({ name, short, of }) => ({ name: short, title: name, of })),
    { name: "seconds", of: (run) => run.seconds, digits: 3 },
    { name: "error", of: (run) => run.error },
    { name: "command", of: (run) => run.command, kind: "command" },
  ];
  const used = columns.filter(({ name, of }) => name !== "error" || facts.runs.some(of));
  const whenChosen = () => {
    showRun(table.chosen);
    drawLines();
  };
  return new Table(facts.runs, used, {
    sortedBy: columns[2], onShown: drawSoon, onChosen: whenChosen,
  });
}

function showRun(run) {
  const panel = document.getElementById("run");
  panel.replaceChildren(...(facts.is_sweep ? [make("h2", {}, `Run ${run.run}`)] : []));
  panel.append(make("pre", { class: "command" }, written(run.command)));
  if (run.error) panel.append(make("p", { class: "error" }, written(run.error)));
  if (run.traceback) panel.append(make("pre", {}, written(run.traceback)));
  for (const text of run.warnings ?? []) panel.append(make("p", {}, `Warning: ${written(text)}`));
  panel.append(...blocks(run.comparison ?? ""));
  if (run.metrics?.length) {
    const values = make("details", {}, make("summary", {}, "Values as in table.csv"));
    values.append(records(run.metrics));
    panel.append(values);
  }
  showPictures(run, panel);
  const groups = {
    settings: run.settings ?? run.parameters,
    "scores of the folds": run.scores && { ...run.scores },
    calibrated: run.calibrated,
    versions: run.versions,
  };
  if (run.health) panel.append(healthOf(run.health));
  const there = Object.entries(groups).filter(([, content]) => content);
  panel.append(make("div", { class: "columns" }, ...there.map(([name, content]) =>
    make("div", {}, make("h3", {}, name), list(content)))));
}

// The text that the console shows: tables as they are, and sentences as paragraphs.
function blocks(text) {
  const isTable = (block) => /\S {2,}\S/.test(block);
  const parts = text.split(/\n{2,}/).filter((block) => block.trim());
  return parts.flatMap((block) => (isTable(block)
    ? [make("pre", { class: "table", tabindex: "0" }, block)]
    : block.split("\n").map((sentence) => make("p", { class: "said" }, sentence))));
}

function healthOf({ measures, verdict }) {
  const row = (tag, texts) => make("tr", {}, ...texts.map((text) => make(tag, {}, text)));
  const top = make("thead", {}, row("th", ["measure", "value", "limit"]));
  const body = make("tbody", {}, ...measures.map((texts) => row("td", texts)));
  const box = make("div", { class: "scroll" }, make("table", { class: "wrapped" }, top, body));
  const title = make("h3", {}, "Health of the liquid");
  return make("div", { id: "health" }, title, box, make("p", { class: "said" }, verdict));
}

function showPictures(run, panel) {
  const pictures = make("div", { class: "halves" });
  const drawings = [
    ["Confusion matrix", drawConfusion, run.confusion],
    ["Spikes of some neurons, for one sample", drawRaster, run.raster],
  ].filter(([, , content]) => content);
  const boxes = drawings.map(([title]) => {
    const box = make("div", { class: "chart" });
    pictures.append(make("div", {}, make("h3", {}, title), box));
    return box;
  });
  panel.append(pictures);
  drawings.forEach(([, drawing, content], i) => drawing(boxes[i], content));
  if (!drawings.length && facts.is_sweep && run.status === "done") {
    const folder = `${facts.folder}/${String(run.run).padStart(4, "0")}`;
    const quoted = `'${folder.replaceAll("'", `'"'"'`)}'`; // for a shell
    panel.append(make("p", {}, `Pictures of this run, if it has any: lsm report ${quoted}`));
  }
}

function drawn() {
  return table.shown.filter(canBeDrawn);
}

function drawLines() {
  if (!drawn().length) return;
  const box = document.querySelector("#parallel .chart");
  drawParallel(box, parameters, score, drawn(), table.chosen);
}

let drawing;

function drawSoon() {
  clearTimeout(drawing);
  drawing = setTimeout(drawSweep, PAUSE);
}

function drawSweep() {
  clearTimeout(drawing);
  for (const id of ["parallel", "pairs"]) {
    document.getElementById(id).hidden = !drawn().length;
  }
  if (!drawn().length) return;
  drawLines();
  const [, , tied, legend, grid] = document.querySelector("#pairs").children;
  const [low, high] = ends(drawn().map(score.of));
  const isTied = low === high; // so charts would show no dependence
  tied.hidden = !isTied;
  tied.textContent = `Runs shown: ${drawn().length}, all of the ${score.short} ${written(low, 4)}. `
    + "Charts of the score against parameters need runs of different scores.";
  for (const element of [legend, grid]) element.replaceChildren();
  legend.hidden = isTied;
  if (!isTied) drawPairs(grid, legend, parameters, score, drawn(), (run) => table.choose(run));
}

function section(id, title, ...content) {
  return make("section", { id }, make("h2", {}, title), ...content);
}

function buildSweep() {
  const failed = facts.runs.filter((run) => run.status !== "done").length;
  const runs = `${facts.runs.length} runs, ${failed} of them failed`;
  document.getElementById("summary").textContent = `${runs}; ${facts.folder}, ${facts.written}`;
  const say = (text) => make("p", {}, text);
  const lines = make("div", { class: "chart" });
  main.append(
    make("pre", { class: "command" }, facts.command),
    section(
      "runs",
      "Runs",
      say("A filter is a part of the text of a cell, or a bound such as >0.9; the charts "
        + "follow it. Choose a run to see its details."),
      table.count,
      make("div", { class: "scroll", tabindex: "0" }, table.element),
    ),
    make("section", { id: "run" }),
    section(
      "parallel",
      "Parameters and score",
      say("Each line is a run, and its color the score; the chosen run is bold."),
      make("div", { class: "scroll", tabindex: "0" }, lines),
    ),
    section(
      "pairs",
      "Parameters alone and in pairs",
      say(`At most ${N_PAIRED}: those on which the score depends most.`),
      make("p", { class: "said" }),
      make("p", { class: "legend" }),
      make("div", { class: "columns" }),
    ),
  );
  table.show();
  drawSweep();
  lines.on?.("plotly_click", ({ points }) =>
    table.choose(facts.runs.find((run) => run.run === points[0].customdata)));
}

function buildRun() {
  document.getElementById("summary").textContent = `${facts.folder}, ${facts.written}`;
  main.append(make("section", { id: "run" }));
}

const table = facts.is_sweep ? makeTable() : { chosen: facts.runs[0] };

async function start() {
  const packed = atob(document.getElementById("plotly").textContent);
  const bytes = Uint8Array.from(packed, (character) => character.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  document.head.append(make("script", {}, await new Response(plain).text()));
  (facts.is_sweep ? buildSweep : buildRun)();
  const showChosen = () => table.chosen && showRun(table.chosen);
  showChosen();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    showChosen();
    if (facts.is_sweep) drawSweep();
  });
}

start();

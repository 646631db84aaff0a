// Charts of one run and of many, by Plotly, in the colors of page.css.

const N_SHADES = 12; // colors of the lines of parallel coordinates
const N_STEPS = 8; // points from axis to axis there
const N_BINS = 6; // bins of a heat map, for a parameter that is drawn between two numbers
const N_PAIRED = 6; // parameters in the heat maps
const N_LABELED = 24; // most classes for which counts are legible
const N_LETTERS = 14; // of the label of a tick
const finger = matchMedia("(pointer: coarse)"); // it scrolls the page, and cannot zoom a chart

// Escape markup and mathematics, which Plotly would interpret.
function plainly(text) {
  return String(text).replaceAll(/[&<>$]/g, (character) => `&#${character.charCodeAt(0)};`);
}

// The label of a tick, which would leave no room for the chart if it were long.
function labeled(text) {
  const letters = [...String(text)];
  const most = letters.length > N_LETTERS;
  return plainly(most ? `${letters.slice(0, N_LETTERS - 1).join("")}…` : text);
}

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function scale() {
  const colors = color("scale").split(",");
  return colors.map((each, i) => [i / (colors.length - 1), each.trim()]);
}

// The color at a part of the scale.
function mixed(part) {
  const colors = scale().map(([, hex]) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)));
  const first = Math.min(Math.floor(part * (colors.length - 1)), colors.length - 2);
  const share = part * (colors.length - 1) - first;
  const [from, to] = [colors[first], colors[first + 1]];
  return `rgb(${from.map((each, i) => each + share * (to[i] - each))})`;
}

function draw(box, traces, layout) {
  const line = color("line");
  const axis = { gridcolor: line, linecolor: line, zeroline: false, automargin: true };
  const ink = { color: color("ink") };
  const common = {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { ...ink, size: 12, family: "system-ui, sans-serif" },
    hoverlabel: { bgcolor: color("raised"), bordercolor: line, font: ink, align: "left" },
    margin: { t: 24, r: 12, b: 44, l: 52 },
    hovermode: "closest",
    dragmode: false,
    showlegend: false,
  };
  // A title stands off the labels, however long these are.
  const complete = (own) => ({ ...axis, ...own, title: { standoff: 10, ...own?.title } });
  const axes = { xaxis: complete(layout.xaxis), yaxis: complete(layout.yaxis) };
  const shown = { ...common, ...layout, ...axes };
  return Plotly.react(box, traces, shown, { responsive: true, displayModeBar: false });
}

function drawConfusion(box, { labels, counts }) {
  const names = labels.map(plainly);
  const places = labels.map((_, i) => i);
  const axis = { tickvals: places, ticktext: labels.map(labeled), showgrid: false, fixedrange: true };
  const each = (tell) => counts.map((row, i) => row.map((count, j) => tell(count, i, j)));
  const trace = {
    type: "heatmap",
    x: places,
    y: places,
    z: counts,
    xgap: 1,
    ygap: 1,
    showscale: false,
    colorscale: [[0, color("low")], [1, color("high")]],
    text: each((count) => (count && labels.length <= N_LABELED ? String(count) : "")),
    texttemplate: "%{text}",
    customdata: each((count, i, j) => `${names[i]}, predicted ${names[j]}: ${count}`),
    hovertemplate: "%{customdata}<extra></extra>",
  };
  return draw(box, [trace], {
    height: Math.min(160 + 26 * labels.length, 620),
    xaxis: { ...axis, title: { text: "predicted" } },
    yaxis: { ...axis, title: { text: "true" }, autorange: "reversed" },
  });
}

function drawRaster(box, raster) {
  const dots = (kind, of) => ({
    type: "scatter",
    mode: "markers",
    name: kind,
    x: raster[kind].times,
    y: raster[kind].places,
    customdata: raster[kind].neurons,
    marker: { symbol: "square", size: 3, color: of },
    hovertemplate: `${kind} neuron %{customdata}, %{x} ms<extra></extra>`,
  });
  const traces = [dots("excitatory", color("excitatory")), dots("inhibitory", color("inhibitory"))];
  const above = { orientation: "h", x: 1, xanchor: "right", y: 1, yanchor: "bottom" };
  return draw(box, traces, {
    height: 420,
    showlegend: true,
    legend: { ...above, itemsizing: "constant" },
    dragmode: finger.matches ? false : "zoom",
    xaxis: { title: { text: "time (ms)" }, range: [0, raster.duration], showgrid: false },
    yaxis: { title: { text: "neurons, sorted by kind" }, showgrid: false, showticklabels: false },
  });
}

function ends(values) {
  const wider = ([low, high], value) => [Math.min(low, value), Math.max(high, value)];
  return values.reduce(wider, [Infinity, -Infinity]);
}

// A line for each run over the axes of all parameters and the score, as a scatter plot:
// Plotly's parallel coordinates need WebGL, which not every browser has, and show no values.
function drawParallel(box, parameters, score, runs, chosen) {
  const axes = [...parameters, score].map((parameter) => heights(parameter, runs));
  const [low, high] = ends(runs.map((run) => run.score));
  const part = (run) => (high > low ? (run.score - low) / (high - low) : 0.5);
  const shade = (run) => Math.round(N_SHADES * part(run));
  const traces = Array.from({ length: N_SHADES + 1 }, (_, i) => {
    const group = runs.filter((run) => shade(run) === i);
    return lines(group, axes, parameters, { color: mixed(i / N_SHADES), width: 1.5 });
  });
  const bold = { color: color("ink"), width: 3.5 };
  traces.push(lines(runs.filter((run) => run === chosen), axes, parameters, bold));
  const tick = { showarrow: false, xanchor: "left", xshift: 5, borderpad: 1, font: { size: 11 } };
  const label = { ...tick, bgcolor: color("surface"), opacity: 0.85 };
  const upright = { type: "line", y0: 0, y1: 1, line: { color: color("muted"), width: 1 } };
  box.style.minWidth = `${110 * axes.length}px`;
  return draw(box, traces, {
    height: 380,
    margin: { t: 40, r: 60, b: 16, l: 40 },
    shapes: axes.map((_, i) => ({ ...upright, x0: i, x1: i })),
    annotations: axes.flatMap(({ ticks }, i) =>
      ticks.map(([y, text]) => ({ ...label, x: i, y, text: labeled(text) }))),
    xaxis: {
      side: "top",
      fixedrange: true,
      showgrid: false,
      showline: false,
      range: [-0.1, axes.length - 0.9],
      tickvals: axes.map((_, i) => i),
      ticktext: axes.map((axis) => plainly(axis.short)),
      tickfont: { size: 13 },
    },
    yaxis: { visible: false, fixedrange: true, range: [-0.06, 1.06] },
  });
}

// Positions of runs on an axis, from 0 to 1, and its ticks.
function heights({ choices, place, back, short }, runs) {
  const [low, high] = choices ? [0, choices.length - 1] : ends(runs.map(place));
  const height = (value) => (high > low ? (value - low) / (high - low) : 0.5);
  const parts = high > low ? [0, 0.25, 0.5, 0.75, 1] : [0];
  const values = parts.map((part) => low + part * (high - low));
  const ticks = choices
    ? choices.map((text, i) => [height(i), text])
    : values.map((value) => [height(value), written(back(value), 3)]);
  return { short, ticks, height: (run) => height(place(run)) };
}

// Lines of runs as one trace, with many points, since only points show a hover text.
function lines(runs, axes, parameters, line) {
  const points = [];
  for (const run of runs) {
    const facts = [`run ${run.run}: ${written(run.score, 4)}`];
    for (const { short, of } of parameters) facts.push(`${short} ${written(of(run))}`);
    const text = facts.map(plainly).join("<br>");
    const at = axes.map((axis) => axis.height(run));
    for (let step = 0; step <= N_STEPS * (axes.length - 1); step++) {
      const [axis, part] = [Math.floor(step / N_STEPS), (step % N_STEPS) / N_STEPS];
      const y = part ? at[axis] + part * (at[axis + 1] - at[axis]) : at[axis];
      points.push({ x: axis + part, y, text, run: run.run });
    }
    points.push({ x: null, y: null, text: "", run: null });
  }
  return {
    type: "scatter",
    mode: "lines",
    line,
    x: points.map((point) => point.x),
    y: points.map((point) => point.y),
    text: points.map((point) => point.text),
    customdata: points.map((point) => point.run),
    hovertemplate: "%{text}<extra></extra>",
  };
}

// Bins of runs on an axis of a heat map, the names of the bins, and the ticks.
function cells({ choices, place, back }, runs) {
  if (choices) return { at: place, names: choices, ticks: choices.map((text, i) => [i, text]) };
  const [low, high] = ends(runs.map(place));
  const width = (high - low) / N_BINS || 1;
  const at = (run) => Math.min(Math.floor((place(run) - low) / width), N_BINS - 1);
  const edges = Array.from({ length: N_BINS + 1 }, (_, i) => written(back(low + i * width), 2));
  const names = edges.slice(1).map((edge, i) => `${edges[i]} to ${edge}`);
  return { at, names, ticks: edges.map((text, i) => [i - 0.5, text]) };
}

function summaries(across, down, runs) {
  const table = down.names.map(() => across.names.map(() => ({ sum: 0, n: 0, best: -Infinity })));
  for (const run of runs) {
    const cell = table[down.at(run)][across.at(run)];
    cell.sum += run.score;
    cell.n += 1;
    cell.best = Math.max(cell.best, run.score);
    cell.mean = cell.sum / cell.n;
  }
  return table;
}

// The range of the mean scores of a parameter's values.
function effect(parameter, runs) {
  const [row] = summaries(cells(parameter, runs), { at: () => 0, names: [""] }, runs);
  const [low, high] = ends(row.filter((cell) => cell.n).map((cell) => cell.mean));
  return high - low;
}

// Score against parameters, one by one and in pairs.
function drawPairs(grid, legend, parameters, score, runs, choose) {
  const wanted = parameters
    .filter(({ of }) => new Set(runs.map((run) => written(of(run)))).size > 1)
    .map((parameter) => [effect(parameter, runs), parameter])
    .sort(([one], [other]) => other - one)
    .slice(0, N_PAIRED)
    .map(([, parameter]) => parameter);
  const maps = wanted.flatMap((one, i) => wanted.slice(i + 1).map((other) => {
    const [across, down] = [cells(one, runs), cells(other, runs)];
    return { one, other, across, down, table: summaries(across, down, runs) };
  }));
  const means = maps.flatMap(({ table }) => table.flat().filter((cell) => cell.n));
  const range = ends(means.map((cell) => cell.mean));
  const [low, high] = range.map((value) => written(value, 4));
  legend.hidden = !maps.length;
  legend.replaceChildren(`mean ${score.short} ${low}`, make("span", { class: "bar" }), high);
  const boxes = [...wanted, ...maps].map(() => make("div", { class: "chart" }));
  grid.replaceChildren(...boxes);
  wanted.forEach((parameter, i) => drawSlice(boxes[i], parameter, score, runs, choose));
  maps.forEach((map, i) => drawPair(boxes[wanted.length + i], map, range));
}

function drawSlice(box, { short, of, place, choices, log }, score, runs, choose) {
  const trace = {
    type: "scatter",
    mode: "markers",
    x: runs.map(choices ? place : of),
    y: runs.map((run) => run.score),
    text: runs.map((run) =>
      plainly(`run ${run.run}: ${written(run.score, 4)} at ${written(of(run))}`)),
    hovertemplate: "%{text}<extra></extra>",
    marker: { size: 7, opacity: 0.75, color: runs.map((run) => run.score), colorscale: scale() },
  };
  const ticks = choices
    ? { tickvals: choices.map((_, i) => i), ticktext: choices.map(labeled) }
    : { type: log ? "log" : "linear" };
  const layout = {
    height: 280,
    xaxis: { fixedrange: true, title: { text: plainly(short) }, ...ticks },
    yaxis: { fixedrange: true, title: { text: plainly(score.short) } },
  };
  draw(box, [trace], layout);
  box.on("plotly_click", ({ points }) => choose(runs[points[0].pointIndex]));
}

function drawPair(box, { one, other, across, down, table }, [zmin, zmax]) {
  const axis = ({ short }, { ticks }) => ({
    tickvals: ticks.map(([at]) => at),
    ticktext: ticks.map(([, text]) => labeled(text)),
    fixedrange: true,
    showgrid: false,
    title: { text: plainly(short) },
  });
  const summary = ({ n, mean, best }) =>
    n ? `mean ${written(mean, 4)}, best ${written(best, 4)}, runs ${n}` : "no run";
  const where = (i, j) => [`${one.short} ${across.names[j]}`, `${other.short} ${down.names[i]}`];
  const trace = {
    type: "heatmap",
    z: table.map((row) => row.map((cell) => cell.mean ?? null)),
    zmin,
    zmax,
    colorscale: scale(),
    showscale: false,
    xgap: 2,
    ygap: 2,
    hoverongaps: false,
    customdata: table.map((row, i) => row.map((cell, j) =>
      [...where(i, j), summary(cell)].map(plainly).join("<br>"))),
    hovertemplate: "%{customdata}<extra></extra>",
  };
  draw(box, [trace], { height: 320, xaxis: axis(one, across), yaxis: axis(other, down) });
}

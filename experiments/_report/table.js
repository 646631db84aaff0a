// Elements, and a table that is sorted and filtered. Text of a folder is never markup.

function make(tag, attributes = {}, ...content) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...content);
  return element;
}

function written(value, digits = 6) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(Number(value.toPrecision(digits)));
  return typeof value === "string" ? value : JSON.stringify(value);
}

// Whether a value passes a filter: a part of its text, or a bound such as >0.9.
function passes(value, filter) {
  const [, sign, wanted] = filter.trim().match(/^(<=|>=|<|>|=)?\s*(.*)$/s);
  if (!sign) return written(value).toLowerCase().includes(wanted.toLowerCase());
  if (wanted === "") return true;
  const bound = Number(wanted);
  if (sign === "=") return written(value) === wanted || value === bound;
  if (typeof value !== "number" || value === bound) return value === bound && sign.length === 2;
  return sign[0] === "<" ? value < bound : value > bound;
}

// Numbers before words.
function compare(one, other) {
  const [a, b] = [typeof one === "number", typeof other === "number"];
  if (a && b) return one - other;
  return a === b ? written(one).localeCompare(written(other)) : b - a;
}

// A table of `rows` in `columns`; each column has a `name` and a function `of` a row. `onShown` is
// called when other rows are shown, `onChosen` when one is chosen.
class Table {
  constructor(rows, columns, { sortedBy, onShown, onChosen }) {
    Object.assign(this, { rows, columns, shown: rows, chosen: rows[0], onShown, onChosen });
    this.sortedBy = sortedBy;
    this.descending = true;
    this.body = make("tbody");
    this.body.addEventListener("click", ({ target }) => {
      const row = target.closest("tr");
      if (row) this.choose(this.rows[row.dataset.place]);
    });
    this.heads = columns.map((column) => this.head(column));
    this.filters = columns.map(({ name }) => {
      const input = make("input", { "aria-label": `filter ${name}`, placeholder: "filter" });
      input.addEventListener("input", () => this.show());
      return input;
    });
    const filters = this.filters.map((input) => make("td", {}, input));
    const top = make("thead", {}, make("tr", {}, ...this.heads), make("tr", {}, ...filters));
    this.count = make("p", { "aria-live": "polite" });
    this.element = make("table", {}, top, this.body);
  }

  head(column) {
    column.isNumber = this.rows.every((row) => typeof (column.of(row) ?? 0) === "number");
    const button = make("button", { title: column.title ?? column.name }, column.name);
    button.addEventListener("click", () => {
      this.descending = this.sortedBy === column && !this.descending;
      this.sortedBy = column;
      this.show();
    });
    return make("th", { scope: "col", class: column.isNumber ? "number" : "" }, button);
  }

  show() {
    const [{ of }, sign] = [this.sortedBy, this.descending ? -1 : 1];
    const empty = (row) => written(of(row)) === "";
    this.shown = this.rows
      .filter((row) => this.columns.every((column, i) =>
        passes(column.of(row), this.filters[i].value)))
      .sort((a, b) => empty(a) - empty(b) || sign * compare(of(a), of(b)));
    this.body.replaceChildren(...this.shown.map((row) => this.line(row)));
    this.columns.forEach((column, i) => {
      const order = this.descending ? "descending" : "ascending";
      this.heads[i].setAttribute("aria-sort", column === this.sortedBy ? order : "none");
    });
    this.count.textContent = `${this.shown.length} of ${this.rows.length} runs`;
    this.onShown();
  }

  line(row) {
    const cells = this.columns.map((column, i) => {
      const text = written(column.of(row), column.digits);
      const kind = column.kind ?? (column.isNumber ? "number" : "");
      return make("td", { class: kind, title: text }, i ? text : make("button", {}, text));
    });
    const facts = { "data-place": this.rows.indexOf(row), "aria-selected": row === this.chosen };
    return make("tr", facts, ...cells);
  }

  choose(row) {
    this.chosen = row;
    for (const line of this.body.rows) {
      line.setAttribute("aria-selected", this.rows[line.dataset.place] === row);
    }
    this.onChosen();
  }
}

// Pairs of names and values.
function list(content) {
  const pairs = Object.entries(content).filter(([, value]) => value !== null);
  return make("dl", {}, ...pairs.flatMap(([name, value]) =>
    [make("dt", {}, name), make("dd", {}, written(value))]));
}

// Records of the same names as a plain table.
function records(rows) {
  const names = Object.keys(rows[0]);
  const cell = (tag, value, name) =>
    make(tag, { class: typeof rows[0][name] === "number" ? "number" : "" }, written(value, 4));
  const lines = rows.map((row) => names.map((name) => cell("td", row[name], name)));
  const body = make("tbody", {}, ...lines.map((cells) => make("tr", {}, ...cells)));
  const top = make("thead", {}, make("tr", {}, ...names.map((name) => cell("th", name, name))));
  return make("div", { class: "scroll", tabindex: "0" }, make("table", {}, top, body));
}

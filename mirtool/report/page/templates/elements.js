/* Elements of a page: made with text, never as markup. */

const $ = (id) => document.getElementById(id);
const SHOWN_AT_ONCE = 200, SMALLEST_P = 1e-300;

function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key in element) element[key] = value; else element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

const counted = (n, what = "") => n.toLocaleString("en-US") + (what && " " + what);
const isP = (name) => /^(P|FDR)\b/.test(name);

/** A value as text; `name` is the heading of its column, by which P and FDR are known. */
function written(value, name = "") {
  if (value === null || value === undefined) return "";
  if (value === true) return "yes";
  if (value === false) return "no";
  if (typeof value !== "number") return String(value);
  if (isP(name)) return value < SMALLEST_P ? "< " + SMALLEST_P : value < 1e-3 ? value.toExponential(2) : String(Number(value.toPrecision(3)));
  if (Number.isInteger(value)) return Math.abs(value) < 1e15 ? counted(value).replace("-", "−") : value.toExponential(2);
  if (Math.abs(value) < 1e-3) return value.toExponential(2);
  return String(Number(value.toPrecision(4))).replace("-", "−");
}

const isNumeric = (values) => values.some((value) => typeof value === "number") && values.every((value) => value === null || typeof value === "number");

/** The columns of a row that hold something, as a list of names and values. */
function factList(columns, row) {
  const list = make("dl");
  for (const { name, values } of columns) {
    if (values[row] === null || values[row] === "") continue;
    list.append(make("dt", {}, name), make("dd", {}, written(values[row], name)));
  }
  return list;
}

/** Append entries by and by, so that thousands of them do not hold the page up. Returns the button for more. */
function growing(parent, entries, element, step = SHOWN_AT_ONCE) {
  let n = 0;
  const more = make("button", { type: "button" });
  const grow = () => {
    parent.append(...entries.slice(n, n + step).map(element));
    n = Math.min(entries.length, n + step);
    more.hidden = n === entries.length;
    more.textContent = "Show more (" + counted(entries.length - n) + " left)";
  };
  more.onclick = grow;
  grow();
  return more;
}

/** A button that goes from the system's colors to light to dark. */
function themeButton(button, changed) {
  const THEMES = ["", "light", "dark"], root = document.documentElement;
  const say = () => { button.title = "Theme: " + (root.dataset.theme ?? "as the system"); button.setAttribute("aria-label", button.title); };
  const icon = svgElement("svg", { width: 22, height: 22, viewBox: "0 0 22 22", "aria-hidden": "true" });
  icon.append(svgElement("circle", { cx: 11, cy: 11, r: 8, fill: "none", stroke: "currentColor", "stroke-width": 2 }), svgElement("path", { d: "M11 3a8 8 0 0 1 0 16z", fill: "currentColor" }));
  button.append(icon);
  button.onclick = () => {
    const next = THEMES[(THEMES.indexOf(root.dataset.theme ?? "") + 1) % THEMES.length];
    if (next) root.dataset.theme = next; else delete root.dataset.theme;
    say();
    changed();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  say();
}

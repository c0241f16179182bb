/* Plots whose points are named on hover: SVG up to MOST_IN_SVG points, a canvas above. */

const MOST_IN_SVG = 5000, NEAR = 14, MOST_LABELS = 40;

/** A color of the style, such as "--up", as the browser resolves it now. */
const inkOf = (() => {
  const probe = document.createElement("span");
  return (name) => { if (!probe.isConnected) { probe.hidden = true; document.body.append(probe); } probe.style.color = "var(" + name + ")"; return getComputedStyle(probe).color; };
})();

/** Round steps from low to high, about `n` of them. */
function ticksBetween(low, high, n) {
  const rough = (high - low) / n, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((each) => each * power >= rough), found = [];
  for (let i = Math.ceil(low / step); i * step <= high + step * 1e-9; i++) found.push(Number((i * step).toPrecision(12)));
  return found;
}

function rangeOf(values, more = []) {
  let low = Infinity, high = -Infinity;
  for (const value of [...values, ...more]) if (Number.isFinite(value)) { low = Math.min(low, value); high = Math.max(high, value); }
  if (low > high) return [0, 1];
  const pad = (high - low) * 0.05 || 1;
  return [low - pad, high + pad];
}

/** Where a plot of this size has its axes: {x(value), y(value), left, right, top, bottom}. */
function axesOf(width, height, [x0, x1], [y0, y1]) {
  const [left, right, top, bottom] = [46, width - 10, 24, height - 38];
  return {
    left, right, top, bottom, xs: [x0, x1], ys: [y0, y1],
    x: (value) => left + ((value - x0) / (x1 - x0)) * (right - left),
    y: (value) => bottom - ((value - y0) / (y1 - y0)) * (bottom - top),
  };
}

function paintAxes(pen, axes, xTitle, yTitle, xTicks = true) {
  const text = inkOf("--text"), line = inkOf("--border"), size = 11;
  const { left, right, top, bottom } = axes;
  pen.lines([left, bottom, right, bottom, left, top, left, bottom], { stroke: line });
  if (xTicks) for (const value of ticksBetween(...axes.xs, Math.max(2, (right - left) / 70))) {
    const label = written(value);
    pen.lines([axes.x(value), bottom, axes.x(value), bottom + 4], { stroke: line });
    pen.text(label, axes.x(value) - textWidth(label, size) / 2, bottom + 15, { size, fill: text });
  }
  for (const value of ticksBetween(...axes.ys, Math.max(4, (bottom - top) / 50))) {
    const label = written(value);
    pen.lines([left - 4, axes.y(value), left, axes.y(value)], { stroke: line });
    pen.text(label, left - 7 - textWidth(label, size), axes.y(value) + 4, { size, fill: text });
  }
  pen.text(xTitle, right - textWidth(xTitle, size), bottom + 31, { size, fill: text });
  pen.text(yTitle, 4, 12, { size, fill: text });
}

/** The beginning of a text that has room in so many pixels. */
function shortened(text, size, most) {
  while (text.length > 1 && textWidth(text, size) > most) text = text.slice(0, -2) + "…";
  return text;
}

/**
 * What a plot is drawn in: {stage, width(), at(event), tip(text, place), put(width, height, n, paint), trace(path)};
 * `put` draws anew what has n marks, `trace` a line over it, `words` tell those who don't see it what the keys do.
 */
function stageIn(place, title, words) {
  const hint = make("div", { className: "tip", hidden: true }), stage = make("div", { className: "stage", tabIndex: 0, role: "group" });
  const over = svgElement("svg", { class: "over", "aria-hidden": "true" }), line = svgElement("path");
  over.append(line);
  stage.setAttribute("aria-label", title + ": " + words);
  place.append(make("h5", {}, title), stage, hint);
  stage.addEventListener("pointerleave", () => { hint.hidden = true; });
  return {
    stage,
    width: () => Math.max(240, stage.clientWidth),
    at(event) { const seen = stage.getBoundingClientRect(); return [event.clientX - seen.left, event.clientY - seen.top]; },
    tip(text, [x, y] = []) {
      hint.hidden = !text;
      if (!text) return;
      hint.textContent = text;
      hint.style.left = Math.max(0, Math.min(x + 12, stage.clientWidth - 180)) + "px";
      hint.style.top = y + 34 + "px";
    },
    put(width, height, n, paint) {
      const ratio = n > MOST_IN_SVG && (window.devicePixelRatio || 1), size = { width: width * (ratio || 1), height: height * (ratio || 1), "aria-hidden": "true" };
      const drawn = ratio ? make("canvas", size) : svgElement("svg", { ...size, viewBox: "0 0 " + width + " " + height });
      if (ratio) drawn.getContext("2d").scale(ratio, ratio);
      paint(ratio ? canvasPen(drawn.getContext("2d")) : svgPen(drawn), width, height);
      stage.replaceChildren(drawn, over);
    },
    trace(path) { line.setAttribute("d", path); },
  };
}

/** A dot whose text appears on hover. */
function namedDot(svg, cx, cy, fill, text) {
  const dot = svgElement("circle", { cx, cy, r: 5, fill, stroke: inkOf("--text"), "stroke-width": 0.6 }), label = svgElement("title");
  label.textContent = text;
  dot.append(label);
  svg.append(dot);
}

/** What the colors of dots mean. */
const colorKey = (levels, color, none) => levels.map((level) => {
  const mark = svgElement("svg", { width: 12, height: 12, "aria-hidden": "true" });
  namedDot(mark, 6, 6, color(level), "");
  return make("li", {}, mark, " " + (level || none));
});

/** True where a place is inside a closed path: a line from it to the right crosses an odd number of sides. */
function isInside([x, y], path) {
  let inside = false;
  path.forEach(([x0, y0], k) => {
    const [x1, y1] = path.at(k - 1);
    if (y0 > y !== y1 > y && x < x0 + ((y - y0) / (y1 - y0)) * (x1 - x0)) inside = !inside;
  });
  return inside;
}

/**
 * Points in `place`. `plot` has title, xTitle, yTitle, x[], y[], name(i), call(i) ("up", "down", ""), lines() as lists
 * of ["x"|"y", value], chosen(), selected (a Set), isBox() (else a lasso), draws(pointerType), and choose(i), toggle(i),
 * select(list), clear(), step(i, way).
 */
function pointPlot(place, plot) {
  const { stage, width, at, tip, put, trace } = stageIn(place, plot.title, counted(plot.x.length, "points") + ". Arrow keys go through them in the order of the table, Enter selects, Escape clears. Shift with an arrow key moves a cross; Space sets a corner there, Enter selects what is inside.");
  const points = [...plot.x.keys()].filter((i) => Number.isFinite(plot.x[i]) && Number.isFinite(plot.y[i]));
  // Where a pointer went down, the places drawn since, and the cross that keys move; the last place of the path follows either.
  let axes = null, start = null, path = [], cross = null;

  function paint(pen, width, height) {
    const limits = plot.lines();
    const onAxis = (axis) => limits.filter(([each]) => each === axis).map(([, value]) => value);
    axes = axesOf(width, height, rangeOf(plot.x, onAxis("x")), rangeOf(plot.y, onAxis("y")));
    paintAxes(pen, axes, plot.xTitle, plot.yTitle);
    for (const [axis, value] of limits) {
      const ends = axis === "x" ? [axes.x(value), axes.top, axes.x(value), axes.bottom] : [axes.left, axes.y(value), axes.right, axes.y(value)];
      pen.lines(ends, { stroke: inkOf("--muted"), dash: [4, 3] });
    }
    const places = { up: [], down: [], "": [] };
    for (const i of points) { const call = plot.call(i); places[call].push(axes.x(plot.x[i]), axes.y(plot.y[i]), call ? 5 : 2); }
    pen.dots(places[""], { fill: inkOf("--neutral"), alpha: 0.6 });
    pen.triangles(places.up, true, { fill: inkOf("--up") });
    pen.triangles(places.down, false, { fill: inkOf("--down") });
    const chosen = plot.chosen(), named = points.filter((i) => plot.selected.has(i) && i !== chosen);
    const rings = points.filter((i) => plot.selected.has(i)).flatMap((i) => [axes.x(plot.x[i]), axes.y(plot.y[i]), 7]);
    pen.dots(rings, { stroke: inkOf("--text"), width: 1.2 });
    if (points.includes(chosen)) { pen.dots([axes.x(plot.x[chosen]), axes.y(plot.y[chosen]), 9], { stroke: inkOf("--accent"), width: 3 }); named.unshift(chosen); }
    // A name goes to the right of its point, else to the left; where it would lie on another name it is left out.
    const taken = [];
    for (const i of named) {
      const [x, y] = [axes.x(plot.x[i]), axes.y(plot.y[i])], wide = textWidth(plot.name(i), 12);
      const fits = (left) => left >= axes.left && left + wide <= axes.right && !taken.some(([l, r, at]) => left < r && left + wide > l && Math.abs(at - y) < 13);
      const left = [x + 9, x - 9 - wide].find(fits);
      if (left === undefined || taken.length === MOST_LABELS) continue;
      taken.push([left, left + wide, y]);
      pen.text(plot.name(i), left, y + 4, { size: 12, fill: inkOf("--text"), halo: inkOf("--page") });
    }
  }

  const draw = () => put(width(), Math.round(Math.min(420, Math.max(260, width() * 0.8))), points.length, paint);
  function nearest([x, y]) {
    let found = null, least = NEAR ** 2;
    for (const i of points) {
      const far = (axes.x(plot.x[i]) - x) ** 2 + (axes.y(plot.y[i]) - y) ** 2;
      if (far < least) [found, least] = [i, far];
    }
    return found;
  }
  /** The path as it counts: of a box only the first and the last place. */
  function outline() {
    const [[x0, y0], [x1, y1]] = [path[0], path.at(-1)];
    return plot.isBox() ? [[x0, y0], [x1, y0], [x1, y1], [x0, y1]] : path;
  }
  function follow() {
    const mark = cross ? "M" + (cross[0] - 8) + "," + cross[1] + "h16m-8,-8v16" : "";
    trace((path.length ? "M" + outline().join("L") + "Z" : "") + mark);
  }
  function end(selects) {
    if (selects) { const around = outline(); plot.select(points.filter((i) => isInside([axes.x(plot.x[i]), axes.y(plot.y[i])], around))); }
    [start, path, cross] = [null, [], null];
    follow();
  }
  stage.addEventListener("pointermove", (event) => {
    const here = at(event);
    if (start && plot.draws(event.pointerType)) {
      if (path.length) path.push(here); else if (Math.hypot(here[0] - start[0], here[1] - start[1]) > 5) path = [start, here];
      follow();
    }
    const i = path.length ? null : nearest(here);
    tip(i !== null && plot.hover(i), here);
  });
  stage.addEventListener("pointerdown", (event) => {
    if (event.button || !event.isPrimary) return;
    end(false);
    start = at(event);
    if (plot.draws(event.pointerType)) stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener("pointerup", (event) => {
    const here = at(event), isTap = start && Math.hypot(here[0] - start[0], here[1] - start[1]) <= 5;
    if (path.length || !isTap) return end(path.length);
    end(false);
    const i = nearest(here);
    if (i === null) plot.clear(); else plot.toggle(i);
  });
  stage.addEventListener("pointercancel", () => end(false));
  stage.addEventListener("keydown", (event) => {
    const way = { ArrowRight: [1, 0], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowUp: [0, -1] }[event.key];
    if (way && event.shiftKey) {
      const [x, y] = cross ?? [(axes.left + axes.right) / 2, (axes.top + axes.bottom) / 2];
      cross = [Math.max(axes.left, Math.min(axes.right, x + 12 * way[0])), Math.max(axes.top, Math.min(axes.bottom, y + 12 * way[1]))];
      if (path.length) path[path.length - 1] = cross;
      follow();
    } else if (way) plot.step(way[0] + way[1]);
    else if (event.key === " " && cross) { path.push(...(path.length ? [cross] : [cross, cross])); follow(); }
    else if (event.key === "Enter" && path.length) end(true);
    else if (event.key === "Enter" && plot.chosen() !== null) plot.toggle(plot.chosen());
    else if (event.key === "Escape") { if (cross) end(false); else plot.clear(); }
    else return;
    event.preventDefault();
  });
  new ResizeObserver(() => draw()).observe(stage);
  return { draw, place: (i) => [axes.x(plot.x[i]), axes.y(plot.y[i])], stage, paint };
}

/** The values of one probe by group: one dot per sample, its name on hover. */
function stripPlot(place, samples, values, colors, title) {
  const groups = [...new Set(samples.map(([, group]) => group))];
  const width = Math.max(240, Math.min(420, place.clientWidth - 20)), height = 200;
  const svg = svgElement("svg", { width, height, viewBox: "0 0 " + width + " " + height, role: "img" });
  const axes = axesOf(width, height, [-0.5, groups.length - 0.5], rangeOf(values));
  svg.setAttribute("aria-label", title + ": " + samples.map(([name, group], i) => name + " (" + group + ") " + written(values[i])).join(", "));
  const pen = svgPen(svg), text = inkOf("--text");
  paintAxes(pen, axes, "", "log2, normalized", false);
  groups.forEach((group, g) => {
    const most = (axes.right - axes.left) / groups.length - 4;
    const label = shortened(group || "no group", 11, most);
    pen.text(label, axes.x(g) - textWidth(label, 11) / 2, axes.bottom + 15, { size: 11, fill: text });
    const own = samples.map((_, i) => i).filter((i) => samples[i][1] === group && values[i] !== null);
    own.forEach((i, n) => {
      const x = axes.x(g + (own.length > 1 ? (n / (own.length - 1) - 0.5) * 0.5 : 0));
      namedDot(svg, x, axes.y(values[i]), colors[group] ?? inkOf("--neutral"), samples[i][0] + ": " + written(values[i]));
    });
  });
  place.append(svg);
}

/** The samples by their first two components, colored by a column of the sample sheet that can be chosen. */
function componentPlot(place, data, { sheet, colors, palette }) {
  const [names, ...components] = [data.columns[0], ...data.columns.filter(({ name }) => name.startsWith("PC"))];
  const samples = valuesOf(names).map(String), [xs, ys] = components.slice(0, 2).map(valuesOf), key = make("ul", { className: "key" });
  const by = make("select", {}, ...Object.keys(sheet).map((value) => make("option", { value }, value))), stage = make("div");
  function draw() {
    const width = Math.max(240, Math.min(560, place.clientWidth)), height = Math.round(width * 0.7);
    const svg = svgElement("svg", { width, height, viewBox: "0 0 " + width + " " + height, role: "img", "aria-label": "Samples by " + components[0].name + " and " + components[1].name });
    const pen = svgPen(svg), axes = axesOf(width, height, rangeOf(xs), rangeOf(ys)), text = inkOf("--text");
    paintAxes(pen, axes, components[0].name, components[1].name);
    const own = samples.map((name) => sheet[by.value]?.[name] ?? ""), levels = [...new Set(own)];
    const color = (level) => colors[level] ?? palette[levels.indexOf(level) % palette.length];
    samples.forEach((name, i) => {
      namedDot(svg, axes.x(xs[i]), axes.y(ys[i]), color(own[i]), name + ": " + own[i]);
      if (samples.length <= 30) pen.text(name, Math.min(axes.x(xs[i]) + 7, axes.right - textWidth(name, 10)), axes.y(ys[i]) - 6, { size: 10, fill: text });
    });
    key.replaceChildren(...colorKey(levels, color, "not given"));
    stage.replaceChildren(svg);
  }
  by.oninput = draw;
  place.append(make("div", { className: "tools" }, make("label", {}, "Color the samples by", by)), stage, key);
  place.hidden = false;
  draw();
  return draw;
}

/* The clustered heat map to look into: its order and its trees are those of the run. */

const MOST_NAMED_ROWS = 80, SHADES = 20;

/** `choose(id)` leads to a probe elsewhere on the page; returns what draws the map anew. */
function heatMap(place, data, shared, choose) {
  const { rows, samples, scores, limit, middle } = data, named = rows.length <= MOST_NAMED_ROWS, SIZE = 11, ABOVE = 72;
  const map = make("div", { className: "plot" }), values = make("div", { className: "values" });
  const groupColor = (group) => shared.colors[group] ?? inkOf("--neutral");
  place.append(make("p", { className: "muted" }, "Point at a cell for its " + shared.row + ", sample and value; a click chooses the " + shared.row + ", here and in its comparison."),
    make("ul", { className: "key" }, ...colorKey([...new Set(samples.map(([, group]) => group))], groupColor, "no group")), map, values);
  place.hidden = false;
  const { stage, width, at, tip, put, trace } = stageIn(map, "Heat map", counted(rows.length, shared.row + "s") + " and " + counted(samples.length, "samples") + ". Arrow keys go from cell to cell, Enter chooses the " + shared.row + ".");
  let x, y, here = null, chosen = -1;

  function paint(pen, wide, high) {
    const text = inkOf("--text"), ends = ["--down", "--page", "--up"].map((name) => inkOf(name).match(/[\d.]+/g).map(Number));
    const shade = (part) => "rgb(" + ends[1].map((even, k) => Math.round(even + (ends[part < 0 ? 0 : 2][k] - even) * Math.abs(part))) + ")";
    const color = (score) => (score === null ? inkOf("--line") : shade(Math.round(Math.max(-1, Math.min(1, (score / 100 - middle) / limit)) * SHADES) / SHADES));
    const line = { stroke: inkOf("--muted"), width: 0.8 }, [left, right, bottom] = [x(0), x(samples.length), y(rows.length)];
    const fork = (corner, [a, b, low, other, top]) => [corner(a, low), corner(a, top), corner(a, top), corner(b, top), corner(b, top), corner(b, other)].flat();
    pen.lines(data.rowTree.flatMap((each) => fork((r, h) => [left - 4 - h * (left - 6), y(r)], each)), line);
    pen.lines(data.sampleTree.flatMap((each) => fork((c, h) => [x(c), ABOVE - 16 - h * (ABOVE - 20)], each)), line);
    const least = Math.min((right - left) / samples.length, (bottom - ABOVE) / rows.length), gap = least > 8 ? 1 : 0;
    const longest = Math.max(...samples.map(([name]) => textWidth(name, SIZE)));
    const own = new Map(), ink = (score) => { if (!own.has(score)) own.set(score, color(score)); return own.get(score); };
    samples.forEach(([name, group], c) => {
      const long = x(c + 1) - x(c);
      pen.box(x(c), ABOVE - 12, long - gap, 9, { fill: groupColor(group) });
      rows.forEach((_, r) => pen.box(x(c), y(r), long - gap, y(r + 1) - y(r) - gap, { fill: ink(scores[r][c]) }));
      if (long > longest + 2) pen.text(name, x(c) + (long - textWidth(name, SIZE)) / 2, bottom + 14, { size: SIZE, fill: text });
    });
    if (named) rows.forEach(([, name], r) => pen.text(shortened(name, SIZE, wide - right - 6), right + 6, y(r + 0.5) + 4, { size: SIZE, fill: text }));
    for (let k = -SHADES; k <= SHADES; k++) pen.box(left + (k + SHADES) * 3, high - 34, 3, 10, { fill: shade(k / SHADES) });
    for (const k of [-1, 0, 1]) { const label = written(middle + k * limit); pen.text(label, left + (k + 1) * SHADES * 3 - (k + 1) * textWidth(label, SIZE) / 2, high - 12, { size: SIZE, fill: text }); }
    pen.text(shortened(data.meaning + (scores.flat().includes(null) ? "; gray: missing" : ""), SIZE, wide - left - SHADES * 6 - 16), left + SHADES * 6 + 14, high - 25, { size: SIZE, fill: text });
  }

  function draw() {
    const wide = width(), names = named ? Math.min(wide * 0.36, Math.max(...rows.map(([, name]) => textWidth(name, SIZE))) + 12) : 0, left = Math.min(64, wide / 7);
    const [cell, high] = [Math.min(44, (wide - left - names) / samples.length), named ? 16 : Math.max(2, 900 / rows.length)];
    x = (c) => Math.round(left + c * cell);
    y = (r) => Math.round(ABOVE + r * high);
    put(wide, y(rows.length) + 64, rows.length * samples.length, paint);
    mark();
  }
  const box = (r, c, n) => "M" + x(c) + "," + y(r) + "H" + x(c + n) + "V" + y(r + 1) + "H" + x(c) + "Z";
  function mark() {
    trace((chosen < 0 ? "" : box(chosen, 0, samples.length)) + (here ? box(...here, 1) : ""));
    showProbe(values, rows[chosen]?.[0], rows[chosen]?.[1], shared, "Choose a row of the heat map.");
  }
  const words = ([r, c]) => [rows[r][1], samples[c].filter(Boolean).join(", "), written(scores[r][c] === null ? "missing" : scores[r][c] / 100) + " (" + data.meaning + ")"].join(" · ");
  const middleOf = ([r, c]) => [x(c + 0.5), y(r + 0.5)];
  const indexOf = (edge, n, value) => [...Array(n).keys()].find((i) => value >= edge(i) && value < edge(i + 1));
  const cellAt = (event) => { const [px, py] = at(event), r = indexOf(y, rows.length, py), c = indexOf(x, samples.length, px); return r === undefined || c === undefined ? null : [r, c]; };
  const pick = ([r]) => { shared.follow(rows[r][0]); choose(rows[r][0]); };
  shared.follow = (id) => { chosen = rows.findIndex(([each]) => each === id); mark(); };

  stage.addEventListener("pointermove", (event) => { const cell = cellAt(event); tip(cell && words(cell), at(event)); });
  stage.addEventListener("click", (event) => { const cell = cellAt(event); if (cell) pick(cell); });
  stage.addEventListener("keydown", (event) => {
    const way = { ArrowRight: [0, 1], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowUp: [-1, 0] }[event.key];
    if (way) {
      here = here ? [Math.max(0, Math.min(rows.length - 1, here[0] + way[0])), Math.max(0, Math.min(samples.length - 1, here[1] + way[1]))] : [0, 0];
      tip(words(here), middleOf(here));
      $("said").textContent = words(here);
      mark();
    } else if (event.key === "Enter" && here) pick(here);
    else return;
    event.preventDefault();
  });
  new ResizeObserver(draw).observe(stage);
  return draw;
}

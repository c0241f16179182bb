/* A comparison to look into: volcano and MA plot, their table, the values per sample of the probe that is chosen. */

const ROWS_AT_ONCE = 25;
const valuesOf = (column) => (column.levels ? column.codes.map((code) => column.levels[code]) : column.values);

/** A cell of a CSV file: quoted where it must be; a text that a spreadsheet would compute begins with '. */
function csvCell(value) {
  if (value === null || value === undefined) return "";
  let text = String(value);
  if (typeof value !== "number" && /^[=+\-@\t\r]/.test(text)) text = "'" + text;
  return /[",\n\r]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
}

async function copyText(text) {
  try { await navigator.clipboard.writeText(text); return; } catch { /* not allowed here: by a field, as before */ }
  const field = make("textarea", { value: text });
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

/** Columns of a table's data for sortableTable. */
const tableColumns = (data, cell = {}) => data.columns.map((column) => {
  const values = valuesOf(column);
  return { name: column.name, title: column.title, number: isNumeric(values), values, value: (row) => values[row], cell: cell[column.name] };
});

/** The values per sample of a probe in `place`; of none, what to do for them. */
function showProbe(place, id, name, shared, otherwise) {
  const own = shared.values.rows[id];
  place.replaceChildren(make("h5", {}, name ?? "Values per sample"));
  if (own) stripPlot(place, shared.values.samples, own, shared.colors, name);
  else place.append(make("p", { className: "muted" }, name ? "The page has no values per sample of this " + shared.row + "." : otherwise));
}

/** The explorer of one comparison in `place`, its table in `tablePlace`; returns what leads there from elsewhere. */
function explorer(place, tablePlace, contrast, data, shared) {
  const named = Object.fromEntries(data.columns.map((column) => [column.name, valuesOf(column)]));
  const ids = named[contrast.id].map(String), names = named[contrast.name].map((name, i) => String(name ?? ids[i])), change = named[contrast.change];
  const p = named[contrast.p] ?? null, adjusted = named[contrast.adjusted] ?? null, calls = named[contrast.rule];
  const selected = new Set(), rows = [...ids.keys()];
  const byDefault = contrast.rule.endsWith("FDR") ? "adjusted" : contrast.rule.endsWith("volcano P") ? "p" : "none";
  const atRun = { cutoff: contrast.cutoff, alpha: contrast.alpha, by: byDefault };
  let limits = { ...atRun }, chosen = null, plots = [];

  const isRun = () => Object.keys(atRun).every((key) => limits[key] === atRun[key]);
  const measured = () => ({ p, adjusted, none: null })[limits.by];
  function callOf(i) {
    if (isRun()) return calls[i] ?? "";
    const value = measured(), size = change[i];
    if (size === null || Math.abs(size) < Math.log2(limits.cutoff) || (value && !(value[i] !== null && value[i] <= limits.alpha))) return "";
    return size > 0 ? "up" : size < 0 ? "down" : "";
  }
  const hover = (i) => [names[i], "log2 ratio " + written(change[i]), p && "P " + written(p[i], "P"), adjusted && "FDR " + written(adjusted[i], "P")].filter(Boolean).join(" · ");
  const say = (text) => { $("said").textContent = text; };

  const cutoff = make("input", { type: "number", min: 1, step: 0.1, value: limits.cutoff });
  const alpha = make("input", { type: "number", min: 0, max: 1, step: "any", value: limits.alpha });
  const by = make("select", {}, ...[["p", "P"], ["adjusted", "adjusted P"], ["none", "no P"]].filter(([key]) => key === "none" || { p, adjusted }[key]).map(([value, text]) => make("option", { value }, text)));
  const reset = make("button", { type: "button" }, "Limits of the run");
  const count = make("p", { className: "found", role: "status" });
  const shape = make("select", {}, ...["box", "lasso"].map((value) => make("option", { value }, value)));
  const touch = make("input", { type: "checkbox", oninput: () => { stages.classList.toggle("drawn", touch.checked); } });
  const list = make("input", { type: "search", placeholder: "names, separated by commas", autocomplete: "off" });
  const chosenCount = make("span", { className: "muted" });
  const button = (text, onclick) => make("button", { type: "button", onclick }, text);
  const passing = () => rows.filter((i) => callOf(i));
  const only = make("select", {}, ...[["all", "all " + shared.row + "s"], ["passing", "that pass the limits"], ["selected", "that are selected"]].map(([value, text]) => make("option", { value }, text)));
  const filter = make("input", { type: "search", placeholder: "part of a name", autocomplete: "off" });
  const values = make("div", { className: "values" }), stages = make("div", { className: "plots" });

  const table = sortableTable(tablePlace, contrast.tested + " against " + contrast.reference, ROWS_AT_ONCE);
  const columns = tableColumns(data, {
    [contrast.name]: (i) => { const each = button(names[i], () => choose(i, false)); each.className = "name"; each.dataset.row = i; return each; },
  });

  function fillTable() {
    const wanted = filter.value.trim().toLowerCase();
    const shown = rows.filter((i) => (only.value === "all" || (only.value === "passing" ? callOf(i) : selected.has(i))) && (!wanted || names[i].toLowerCase().includes(wanted) || ids[i].toLowerCase().includes(wanted)));
    table.fill({ rows: shown, columns, caption: counted(shown.length) + " of " + counted(rows.length, shared.row + "s") });
    markRow();
  }
  const rowElement = () => tablePlace.querySelector('[data-row="' + chosen + '"]')?.closest("tr");
  function markRow(scroll = false) {
    for (const each of tablePlace.querySelectorAll("tr.chosen")) each.classList.remove("chosen");
    if (chosen === null) return;
    const more = tablePlace.querySelector(":scope > button");
    if (scroll) while (!rowElement() && more && !more.hidden) more.click();
    const row = rowElement();
    if (!row) return;
    row.classList.add("chosen");
    const around = row.closest(".scroll");
    if (scroll) around.scrollTop = row.offsetTop - around.clientHeight / 2;
  }
  function redraw() {
    for (const plot of plots) plot.draw();
    const n = passing(), up = n.filter((i) => callOf(i) === "up").length;
    count.textContent = isRun() ? "Shown with the limits of the run: " + counted(up) + " up, " + counted(n.length - up) + " down."
      : "With these limits, to look only: " + counted(up) + " up, " + counted(n.length - up) + " down. What the study reports stays as the run counted it (above).";
    chosenCount.textContent = counted(selected.size, "selected");
    reset.disabled = isRun();
  }
  function showValues() {
    showProbe(values, ids[chosen], names[chosen], shared, "Choose a point, or a name in the table.");
    if (chosen !== null) values.append(factList(columns, chosen));
  }
  function choose(i, scroll = true) {
    chosen = i;
    showValues();
    redraw();
    markRow(scroll);
    say(i === null ? "" : hover(i));
    shared.follow?.(ids[i]);
  }
  function changed() { redraw(); if (only.value === "selected") fillTable(); }
  const step = (way) => { const order = table.rows(), now = order.indexOf(chosen); choose(order[Math.max(0, Math.min(order.length - 1, now + way))] ?? null); };
  const actions = {
    name: (i) => names[i], call: callOf, hover, chosen: () => chosen, selected, step,
    isBox: () => shape.value === "box", draws: (pointer) => pointer === "mouse" || touch.checked,
    toggle: (i) => { if (!selected.delete(i)) selected.add(i); choose(i); changed(); },
    select: (found) => { for (const i of found) selected.add(i); if (found.length) choose(found[0]); say(counted(selected.size, "selected")); changed(); },
    clear: () => { selected.clear(); choose(null); changed(); },
  };

  const number = (field, otherwise, least) => (Number.isFinite(field.valueAsNumber) && field.valueAsNumber >= least ? field.valueAsNumber : otherwise);
  const moved = () => { limits = { cutoff: number(cutoff, limits.cutoff, 1), alpha: number(alpha, limits.alpha, 0), by: by.value }; redraw(); fillTable(); };
  by.value = limits.by;
  for (const field of [cutoff, alpha, by]) field.addEventListener("input", moved);
  reset.onclick = () => { limits = { ...atRun }; cutoff.value = limits.cutoff; alpha.value = limits.alpha; by.value = limits.by; redraw(); fillTable(); };
  for (const field of [only, filter]) field.addEventListener("input", fillTable);
  list.addEventListener("change", () => {
    const wanted = list.value.split(/[,;\s]+/).map((each) => each.toLowerCase()).filter(Boolean);
    const same = (name, each) => name === each || name.replace(/^[a-z]{3}-/, "") === each;
    actions.select(rows.filter((i) => wanted.some((each) => same(names[i].toLowerCase(), each) || ids[i].toLowerCase() === each)));
  });
  const inOrder = () => rows.filter((i) => selected.has(i));
  const save = () => {
    const lines = [columns.map(({ name }) => csvCell(name)), ...inOrder().map((i) => columns.map(({ values: own }) => csvCell(own[i])))];
    saveFile(fileName(contrast.file.replace(/\.csv$/, "") + "_selected") + ".csv", new Blob([lines.map((line) => line.join(",")).join("\r\n") + "\r\n"], { type: "text/csv" }));
  };
  const savePicture = () => plots.forEach((plot, n) => saveSvg(fileName(contrast.file.replace(/\.csv$/, "") + "_" + ["volcano", "ma"][p ? n : 1]), svgPicture(640, 480, names.length + " " + shared.row + "s", count.textContent, (pen) => plot.paint(pen, 640, 480))));

  const labelled = (text, field) => make("label", {}, text, field);
  place.append(
    make("p", { className: "muted" }, "Point at a dot for its name; click selects it and shows its row and its values; draw a box or a lasso around several to select them. Triangles that point up: higher in " + contrast.tested + "; down: lower."),
    make("div", { className: "tools" }, labelled("Fold change ≥", cutoff), labelled("by", by), labelled("≤", alpha), reset),
    count, stages,
    make("div", { className: "tools" }, labelled("Draw a", shape), labelled("also with a finger or pen", touch), labelled("Select", list), button("Select what passes", () => actions.select(passing())), button("Clear", actions.clear),
      button("Copy names", async () => { await copyText(inOrder().map((i) => names[i]).join("\n")); say("Copied " + counted(selected.size, "names")); }), button("Save CSV", save), button("Save plots", savePicture), chosenCount),
    make("div", { className: "tools" }, labelled("Table of", only), labelled("Filter", filter)),
  );
  place.hidden = false;
  const logP = p && p.map((value) => (value === null ? NaN : -Math.log10(Math.max(value, SMALLEST_P))));
  const number2 = (list) => list.map((value) => value ?? NaN);
  const fold = () => [-Math.log2(limits.cutoff), Math.log2(limits.cutoff)];
  // The limit of adjusted P has no single place on the axis of P.
  const pLine = () => (limits.by === "p" && limits.alpha > 0 ? [["y", -Math.log10(limits.alpha)]] : []);
  const add = (plot) => { const at = make("div", { className: "plot" }); stages.append(at); plots.push(pointPlot(at, { ...actions, ...plot })); };
  if (p) add({ title: "Volcano plot", xTitle: contrast.change, yTitle: "−log10 P", x: number2(change), y: logP, lines: () => [...fold().map((value) => ["x", value]), ...pLine()] });
  if (contrast.means.length) {
    const [a, b] = contrast.means.map((mean) => named[mean]);
    const level = a.map((value, i) => (value > 0 && b[i] > 0 ? (Math.log2(value) + Math.log2(b[i])) / 2 : NaN));
    add({ title: "MA plot", xTitle: "A: mean of the log2 levels of both groups", yTitle: contrast.change, x: level, y: number2(change), lines: () => fold().map((value) => ["y", value]) });
  }
  stages.append(values);
  showValues();
  redraw();
  fillTable();
  return { names: (i) => [names[i], ids[i]], n: rows.length, show: (id) => { if (ids[chosen] !== id && ids.includes(id)) choose(ids.indexOf(id)); }, redraw, place: (n, i) => plots[n].place(i), stage: (n) => plots[n].stage };
}


"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const SHOWN_AT_ONCE = 200, MATCHES = 12, REFERENCES = 6;
  const { mirnas, genes, edges, pairs } = data;
  const nMirnas = mirnas.names.length, nGenes = genes.names.length, nNodes = nMirnas + nGenes;

  // A node is a number: the miRNAs first, then the genes.
  const nodeName = (node) => (node < nMirnas ? mirnas.names[node] : genes.names[node - nMirnas]);
  const isMirna = (node) => node < nMirnas;
  const shortName = (node) => {
    const name = nodeName(node);
    if (!isMirna(node) || !data.species) return name;
    return name.split("/").map((part) => part.trim().startsWith(data.species) ? part.trim().slice(data.species.length) : part.trim()).join("/");
  };
  const place = (node) => (node < nMirnas ? mirnas.places[node] : genes.places[node - nMirnas]);
  const column = (table, name) => table.columns.find((each) => each.name === name)?.values;
  const regulation = column(mirnas, "regulation") ?? mirnas.names.map(() => "");
  const significant = column(pairs, "significant");
  const sameSeed = column(pairs, "same seed");
  const shared = column(pairs, "shared targets");
  const mostShared = Math.max(1, ...shared.filter((_, i) => significant[i]));

  const edgesOf = Array.from({ length: nNodes }, () => []);
  edges.mirna.forEach((m, i) => { edgesOf[m].push(i); edgesOf[nMirnas + edges.gene[i]].push(i); });
  const pairsOf = Array.from({ length: nMirnas }, () => []);
  pairs.a.forEach((a, i) => { pairsOf[a].push(i); pairsOf[pairs.b[i]].push(i); });

  /* ---- what stands in the page is made as elements with text, never as markup ---- */

  function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(properties)) {
      if (key in element) element[key] = value; else element.setAttribute(key, value);
    }
    element.append(...children.filter((child) => child !== null));
    return element;
  }

  function written(value) {
    if (value === null || value === undefined) return "";
    if (value === true) return "yes";
    if (value === false) return "no";
    if (typeof value !== "number") return String(value);
    if (Number.isInteger(value)) return Math.abs(value) < 1e15 ? value.toLocaleString("en-US") : value.toExponential(2);
    if (Math.abs(value) < 1e-3) return value.toExponential(2).replace("-", "−").replace("e-", "e−");
    return String(Number(value.toPrecision(4))).replace("-", "−");
  }

  function nodeButton(node) {
    return make("button", { type: "button", className: "name", onclick: () => choose({ node }, true) }, nodeName(node));
  }

  function references(text) {
    const all = text.split(";").map((part) => part.trim()).filter(Boolean);
    const line = make("div", { className: "references" });
    if (!all.length) { line.append("no reference given"); return line; }
    const show = (from, to) => all.slice(from, to).map((each) => {
      const id = /^(?:PMID:?\s*)?(\d{1,9})$/i.exec(each);
      if (!id) return make("span", {}, each);
      return make("a", { href: "https://pubmed.ncbi.nlm.nih.gov/" + id[1] + "/", target: "_blank", rel: "noopener noreferrer" }, "PMID " + id[1]);
    });
    line.append(...show(0, REFERENCES));
    if (all.length > REFERENCES) {
      const more = make("button", { type: "button", className: "name" }, (all.length - REFERENCES) + " more");
      more.onclick = () => more.replaceWith(...show(REFERENCES));
      line.append(more);
    }
    return line;
  }

  /** A list that grows on demand, so that a thousand neighbors do not hold the page up. */
  function longList(entries, entry) {
    const list = make("ul", { className: "list" });
    let shownSoFar = 0;
    const more = make("button", { type: "button" });
    const grow = () => {
      list.append(...entries.slice(shownSoFar, shownSoFar + SHOWN_AT_ONCE).map((each) => make("li", {}, ...entry(each))));
      shownSoFar = Math.min(entries.length, shownSoFar + SHOWN_AT_ONCE);
      more.hidden = shownSoFar === entries.length;
      more.textContent = "Show more (" + (entries.length - shownSoFar).toLocaleString("en-US") + " left)";
    };
    more.onclick = grow;
    grow();
    return [list, more];
  }

  /* ---- filters ---- */

  const visible = { node: new Uint8Array(nNodes), edge: new Uint8Array(edges.mirna.length), pair: new Uint8Array(pairs.a.length) };

  function checkbox(id, text) {
    return make("label", {}, make("input", { type: "checkbox", id, checked: true, defaultChecked: true }), " " + text);
  }

  function applyFilters() {
    const level = data.evidence.map((_, i) => $("evidence-" + i).checked);
    const direction = { up: true, down: true, "": true };
    for (const box of $("directions").querySelectorAll("input")) direction[box.value === "none" ? "" : box.value] = box.checked;
    const kinds = { targets: $("kind-targets").checked, synergy: $("kind-synergy").checked, seed: $("kind-seed").checked };
    const leastMirnas = Math.max(1, Number($("least-mirnas").value) || 1);
    const leastTargets = Math.max(0, Number($("least-targets").value) || 0);

    const targets = new Int32Array(nMirnas), meeting = new Int32Array(nGenes);
    edges.mirna.forEach((m, i) => { if (level[edges.evidence[i]]) targets[m] += 1; });
    for (let m = 0; m < nMirnas; m += 1) visible.node[m] = direction[regulation[m]] !== false && targets[m] >= leastTargets ? 1 : 0;
    edges.mirna.forEach((m, i) => { if (level[edges.evidence[i]] && visible.node[m]) meeting[edges.gene[i]] += 1; });
    for (let g = 0; g < nGenes; g += 1) visible.node[nMirnas + g] = kinds.targets && meeting[g] >= leastMirnas ? 1 : 0;
    edges.mirna.forEach((m, i) => {
      visible.edge[i] = level[edges.evidence[i]] && visible.node[m] && visible.node[nMirnas + edges.gene[i]] ? 1 : 0;
    });
    pairs.a.forEach((a, i) => {
      visible.pair[i] = significant[i] && visible.node[a] && visible.node[pairs.b[i]] && kinds[sameSeed[i] === "yes" ? "seed" : "synergy"] ? 1 : 0;
    });
    sayCounts();
    fillView();
    showDetails();
    draw();
  }

  const count = (flags, from = 0, to = flags.length) => flags.subarray(from, to).reduce((sum, each) => sum + each, 0);

  function sayCounts() {
    const of = (some, all, what) => some.toLocaleString("en-US") + " of " + all.toLocaleString("en-US") + " " + what;
    $("counts").textContent = [
      of(count(visible.node, 0, nMirnas), nMirnas, "miRNAs"),
      of(count(visible.node, nMirnas), nGenes, "genes"),
      of(count(visible.edge), edges.mirna.length, "targets"),
      of(count(visible.pair), significant.filter(Boolean).length, "synergy pairs"),
    ].join(" · ");
  }

  /* ---- what is chosen, and the details beside the picture ---- */

  let chosen = null;

  function choose(what, center) {
    chosen = what;
    if (center && what && view === "network") bringIntoSight(what);
    showDetails();
    $("details").scrollTop = 0;
    $("said").textContent = what === null ? "Nothing chosen" : [...$("details").querySelectorAll("h2, h3")].map((each) => each.textContent).join(", ");
    draw();
  }

  function partnersOf(mirna) {
    return pairsOf[mirna].filter((i) => visible.pair[i]).map((i) => [i, pairs.a[i] === mirna ? pairs.b[i] : pairs.a[i]]);
  }

  function neighborsOf(node) {
    const near = edgesOf[node].filter((i) => visible.edge[i]).map((i) => [i, isMirna(node) ? nMirnas + edges.gene[i] : edges.mirna[i]]);
    const degree = (other) => edgesOf[other].length;
    return near.sort((a, b) => degree(b[1]) - degree(a[1]) || (nodeName(a[1]) < nodeName(b[1]) ? -1 : 1));
  }

  function facts(table, row) {
    const list = make("dl");
    for (const { name, values } of table.columns) {
      if (values[row] === null || values[row] === "") continue;
      list.append(make("dt", {}, name), make("dd", {}, written(values[row])));
    }
    return list;
  }

  const evidenceWord = (i) => data.evidence[edges.evidence[i]][1].split(":")[0];

  function edgeLine(i) {
    const extra = edges.columns.filter(({ values }) => values[i] !== null && values[i] !== "").map(({ name, values }) => name + ": " + written(values[i]));
    return make("div", { className: "muted" }, [evidenceWord(i), ...extra].join("; "));
  }

  function showDetails() {
    const panel = $("details");
    panel.replaceChildren();
    if (chosen === null) {
      panel.append(make("p", { className: "muted" }, "Choose a miRNA or a gene, in the picture, by search or in a table, to see its neighbors and the references behind each."));
      return;
    }
    const clear = make("button", { type: "button", onclick: () => choose(null) }, "Clear choice (Esc)");
    if (chosen.pair !== undefined) showPair(panel, chosen.pair); else showNode(panel, chosen.node);
    panel.append(make("p", {}, clear));
  }

  function showNode(panel, node) {
    const mirna = isMirna(node);
    panel.append(make("h2", {}, nodeName(node)), make("p", { className: "muted" }, mirna ? "miRNA" : "gene"));
    if (!visible.node[node]) panel.append(make("p", {}, "Hidden by the filters."));
    panel.append(mirna ? facts(mirnas, node) : facts(genes, node - nMirnas));
    if (mirna) {
      const partners = partnersOf(node);
      panel.append(make("h3", {}, "Partners (" + partners.length.toLocaleString("en-US") + ")"));
      panel.append(...longList(partners, ([i, other]) => [
        nodeButton(other),
        make("div", { className: "muted" }, written(shared[i]) + " shared targets, FDR " + written((column(pairs, "FDR (curveball)") ?? column(pairs, "FDR"))[i]) + (sameSeed[i] === "yes" ? ", same seed" : "") + " "),
        make("button", { type: "button", className: "name", onclick: () => choose({ pair: i }, true) }, "what they share"),
      ]));
    }
    const near = neighborsOf(node);
    panel.append(make("h3", {}, (mirna ? "Targets (" : "miRNAs (") + near.length.toLocaleString("en-US") + ")"));
    panel.append(...longList(near, ([i, other]) => [nodeButton(other), edgeLine(i), references(edges.references[i])]));
  }

  function showPair(panel, pair) {
    const [a, b] = [pairs.a[pair], pairs.b[pair]];
    panel.append(make("h2", {}, nodeButton(a), " and ", nodeButton(b)), facts(pairs, pair));
    const ofA = new Map(neighborsOf(a).map(([i, gene]) => [gene, i]));
    const both = neighborsOf(b).filter(([, gene]) => ofA.has(gene));
    panel.append(make("h3", {}, "Shared targets shown (" + both.length.toLocaleString("en-US") + ")"));
    panel.append(...longList(both, ([i, gene]) => [
      nodeButton(gene),
      ...[[a, ofA.get(gene)], [b, i]].flatMap(([mirna, edge]) => [make("div", { className: "muted" }, shortName(mirna) + ": " + evidenceWord(edge)), references(edges.references[edge])]),
    ]));
  }

  /* ---- the picture ---- */

  const canvas = $("canvas"), pen = canvas.getContext("2d");
  const camera = { x: 0, y: 0, scale: 1 };
  let hovered = -1, inks = {};

  function readInks() {
    const probe = make("i", { hidden: true });
    document.body.append(probe);
    for (const name of ["page", "text", "muted", "up", "down", "neutral", "gene", "edge", "synergy", "accent"]) {
      probe.style.color = "var(--" + name + ")";
      inks[name] = getComputedStyle(probe).color;
    }
    probe.remove();
  }

  const numeric = (values) => values.some((value) => typeof value === "number") && values.every((value) => value === null || typeof value === "number");
  const sizes = mirnas.columns.filter(({ values }) => numeric(values) && values.some((value) => value > 0) && values.every((value) => value === null || value >= 0));
  const CLASS_INKS = ["#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#d55e00", "#0072b2", "#b3a800", "#8a6d9e"];
  // Classes to color by: texts, yes and no, and numbers that do nothing but number classes, 1, 2, 3 …
  const isLabel = (values) => {
    const found = [...new Set(values.filter((value) => value !== null))];
    return !numeric(values) || [...found].sort((a, b) => a - b).every((value, i) => value === i + 1);
  };
  const colorings = mirnas.columns.filter(({ name, values }) => name !== "regulation" && new Set(values).size > 1 && new Set(values).size <= CLASS_INKS.length && isLabel(values));

  let radii = new Float64Array(nNodes), fills = [];

  function readDrawing() {
    const size = sizes[Number($("size").value)]?.values ?? mirnas.names.map(() => 0);
    const most = Math.max(...size.map((value) => value ?? 0)) || 1;
    for (let m = 0; m < nMirnas; m += 1) radii[m] = 5 + 14 * Math.sqrt((size[m] ?? 0) / most);
    for (let g = 0; g < nGenes; g += 1) radii[nMirnas + g] = Math.min(7, 2 + 0.8 * Math.sqrt(edgesOf[nMirnas + g].length));
    const coloring = colorings[Number($("color").value)];
    const classes = coloring ? [...new Set(coloring.values)].sort((a, b) => (a < b ? -1 : 1)) : [];
    fills = mirnas.names.map((_, m) => coloring ? CLASS_INKS[classes.indexOf(coloring.values[m])] : inks[regulation[m]] ?? inks.neutral);
    showKey(coloring?.name, classes);
  }

  function showKey(name, classes) {
    const sign = (draw) => {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      const shape = document.createElementNS("http://www.w3.org/2000/svg", draw.tag);
      for (const [key, value] of Object.entries(draw)) if (key !== "tag") shape.setAttribute(key, value);
      svg.setAttribute("width", draw.tag === "line" ? 26 : 12);
      svg.setAttribute("height", 12);
      svg.setAttribute("aria-hidden", "true");
      svg.append(shape);
      return svg;
    };
    const dot = (fill, r) => sign({ tag: "circle", cx: 6, cy: 6, r, fill });
    const line = (dash, width) => sign({ tag: "line", x1: 0, x2: 26, y1: 6, y2: 6, stroke: inks.synergy, "stroke-width": width, "stroke-dasharray": dash });
    const words = { up: "up", down: "down", "": "direction not known" };
    const entries = name !== undefined
      ? classes.map((each, i) => [dot(CLASS_INKS[i], 6), name + " " + (written(each) || "not known")])
      : ["up", "down", ""].filter((each) => regulation.includes(each)).map((each) => [dot(inks[each || "neutral"], 6), words[each]]);
    entries.push([dot(inks.gene, 3), "gene"]);
    const kinds = new Set(sameSeed.filter((_, i) => significant[i]));
    if (kinds.has("no") || kinds.has("")) entries.push([line("none", 3), "synergy (FDR ≤ " + data.alpha + ")"]);
    if (kinds.has("yes")) entries.push([line("6 4", 3), "synergy, same seed"]);
    $("key").replaceChildren(...entries.map(([shape, text]) => make("li", {}, shape, text)));
  }

  const toScreen = (node) => {
    const [x, y] = place(node);
    return [(x - camera.x) * camera.scale + canvas.clientWidth / 2, (y - camera.y) * camera.scale + canvas.clientHeight / 2];
  };
  const drawnRadius = (node) => Math.max(isMirna(node) ? 4 : 1.2, radii[node] * Math.min(1.6, Math.max(camera.scale, 0.35)));

  function showAll() {
    const shownNodes = [...Array(nNodes).keys()].filter((node) => visible.node[node]);
    const at = (shownNodes.length ? shownNodes : [...Array(nNodes).keys()]).map(place);
    const [xs, ys] = [at.map(([x]) => x), at.map(([, y]) => y)];
    const [left, right, top, bottom] = [xs.reduce((a, b) => Math.min(a, b)), xs.reduce((a, b) => Math.max(a, b)), ys.reduce((a, b) => Math.min(a, b)), ys.reduce((a, b) => Math.max(a, b))];
    // Names stand at the right of their nodes: more room there.
    camera.scale = Math.max(0.03, Math.min(2, (canvas.clientWidth - 130) / (right - left + 40), (canvas.clientHeight - 30) / (bottom - top + 40)));
    camera.x = (left + right) / 2 + 40 / camera.scale;
    camera.y = (top + bottom) / 2;
    draw();
  }

  function bringIntoSight(what) {
    const nodes = what.pair === undefined ? [what.node] : [pairs.a[what.pair], pairs.b[what.pair]];
    const outside = nodes.some((node) => { const [x, y] = toScreen(node); return x < 30 || y < 30 || x > canvas.clientWidth - 30 || y > canvas.clientHeight - 30; });
    if (!outside) return;
    camera.x = nodes.reduce((sum, node) => sum + place(node)[0], 0) / nodes.length;
    camera.y = nodes.reduce((sum, node) => sum + place(node)[1], 0) / nodes.length;
  }

  /** The nodes and edges that stay bright while something is chosen; null where everything does. */
  function focus() {
    if (chosen === null) return null;
    const bright = { nodes: new Set(), edges: new Set(), pairs: new Set() };
    if (chosen.pair !== undefined) {
      const [a, b] = [pairs.a[chosen.pair], pairs.b[chosen.pair]];
      const ofA = new Map(neighborsOf(a).map(([i, gene]) => [gene, i]));
      bright.nodes.add(a).add(b);
      bright.pairs.add(chosen.pair);
      for (const [i, gene] of neighborsOf(b)) if (ofA.has(gene)) { bright.nodes.add(gene); bright.edges.add(i).add(ofA.get(gene)); }
      return bright;
    }
    bright.nodes.add(chosen.node);
    for (const [i, other] of neighborsOf(chosen.node)) { bright.nodes.add(other); bright.edges.add(i); }
    if (isMirna(chosen.node)) for (const [i, other] of partnersOf(chosen.node)) { bright.nodes.add(other); bright.pairs.add(i); }
    return bright;
  }

  let waiting = false;
  function draw() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; paint(); });
  }

  function paint() {
    const [width, height, ratio] = [canvas.clientWidth, canvas.clientHeight, window.devicePixelRatio || 1];
    if (!width || !height) return;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    const bright = focus();
    const screen = Array.from({ length: nNodes }, (_, node) => (visible.node[node] ? toScreen(node) : null));
    paintTargets(screen, bright);
    paintPairs(screen, bright);
    paintNodes(screen, bright);
    paintNames(screen, bright, width, height);
    pen.globalAlpha = 1;
  }

  function paintTargets(screen, bright) {
    // Many lines of one color in one stroke: a stroke each takes a hundred times as long.
    const shownEdges = count(visible.edge);
    for (const lit of bright ? [false, true] : [true]) {
      pen.globalAlpha = lit ? (bright ? 0.85 : Math.min(0.6, Math.max(0.12, 250 / (shownEdges + 1)))) : 0.06;
      pen.strokeStyle = inks.edge;
      pen.lineWidth = lit && bright ? 1.2 : 0.8;
      pen.beginPath();
      edges.mirna.forEach((m, i) => {
        if (!visible.edge[i] || (bright && bright.edges.has(i) !== lit)) return;
        pen.moveTo(...screen[m]);
        pen.lineTo(...screen[nMirnas + edges.gene[i]]);
      });
      pen.stroke();
    }
  }

  function paintPairs(screen, bright) {
    pen.strokeStyle = inks.synergy;
    const crowd = Math.min(0.55, Math.max(0.2, 4 / Math.sqrt(count(visible.pair) + 1)));
    pairs.a.forEach((a, i) => {
      if (!visible.pair[i]) return;
      pen.globalAlpha = !bright ? crowd : bright.pairs.has(i) ? 0.9 : 0.06;
      pen.lineWidth = 0.8 + 3.7 * Math.sqrt(shared[i] / mostShared);
      pen.setLineDash(sameSeed[i] === "yes" ? [7, 5] : []);
      const [[x0, y0], [x1, y1]] = [screen[a], screen[pairs.b[i]]];
      pen.beginPath();
      pen.moveTo(x0, y0);
      pen.quadraticCurveTo((x0 + x1) / 2 + (y1 - y0) * 0.12, (y0 + y1) / 2 - (x1 - x0) * 0.12, x1, y1);
      pen.stroke();
    });
    pen.setLineDash([]);
  }

  function paintNodes(screen, bright) {
    for (let node = nNodes - 1; node >= 0; node -= 1) {
      if (!screen[node]) continue;
      pen.globalAlpha = !bright || bright.nodes.has(node) ? 1 : 0.15;
      pen.fillStyle = isMirna(node) ? fills[node] : inks.gene;
      pen.beginPath();
      pen.arc(...screen[node], drawnRadius(node), 0, 2 * Math.PI);
      pen.fill();
      if (isMirna(node)) { pen.strokeStyle = inks.page; pen.lineWidth = 1.5; pen.stroke(); }
      if ((chosen && chosen.node === node) || hovered === node) {
        pen.strokeStyle = inks.accent;
        pen.lineWidth = 2.5;
        pen.beginPath();
        pen.arc(...screen[node], drawnRadius(node) + 3, 0, 2 * Math.PI);
        pen.stroke();
      }
    }
  }

  /** Names where there is room: the chosen first, then miRNAs, then the genes in which most miRNAs meet. */
  function paintNames(screen, bright, width, height) {
    const order = [...Array(nNodes).keys()].filter((node) => screen[node] && screen[node][0] > -50 && screen[node][1] > 0 && screen[node][0] < width + 50 && screen[node][1] < height);
    const rank = (node) => (node === hovered || (chosen && chosen.node === node) ? 0 : bright && !bright.nodes.has(node) ? 3 : isMirna(node) ? 1 : 2);
    order.sort((a, b) => rank(a) - rank(b) || (isMirna(a) && isMirna(b) ? a - b : edgesOf[b].length - edgesOf[a].length || a - b));
    const taken = new Map(), cell = 60;
    const cellsOf = (box) => {
      const cells = [];
      for (let x = Math.floor(box[0] / cell); x <= Math.floor(box[2] / cell); x += 1) for (let y = Math.floor(box[1] / cell); y <= Math.floor(box[3] / cell); y += 1) cells.push(x + "," + y);
      return cells;
    };
    const isFree = (box) => !cellsOf(box).some((key) => (taken.get(key) ?? []).some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]));
    const claim = (box) => { for (const key of cellsOf(box)) taken.set(key, [...(taken.get(key) ?? []), box]); };
    for (const node of order) {
      if (!isMirna(node)) continue;
      const [x, y] = screen[node], r = drawnRadius(node);
      claim([x - r, y - r, x + r, y + r]);
    }
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    let names = 0;
    for (const node of order) {
      if (names > 400) break;
      const always = rank(node) === 0;
      if (!isMirna(node) && rank(node) === 3) continue;
      if (!isMirna(node) && !always && !bright && camera.scale < 0.9 && edgesOf[node].length < 3) continue;
      const size = isMirna(node) ? 13 : 11;
      pen.font = (isMirna(node) ? "600 " : "") + size + "px system-ui, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif";
      const text = shortName(node).length > 40 ? shortName(node).slice(0, 39) + "…" : shortName(node);
      const long = pen.measureText(text).width, away = drawnRadius(node) + 4, [cx, cy] = screen[node];
      const tries = [[cx + away, cy], [cx - away - long, cy], [cx - long / 2, cy + away + size / 2], [cx - long / 2, cy - away - size / 2]];
      const boxAt = ([left, middle]) => [left - 2, middle - size / 2 - 1, left + long + 2, middle + size / 2 + 1];
      const spot = tries.find((each) => isFree(boxAt(each))) ?? (always ? tries[0] : null);
      if (!spot) continue;
      claim(boxAt(spot));
      const [x, y] = spot;
      pen.globalAlpha = rank(node) === 3 ? 0.15 : 1;
      pen.strokeStyle = inks.page;
      pen.lineWidth = 3;
      pen.strokeText(text, x, y);
      pen.fillStyle = inks.text;
      pen.fillText(text, x, y);
      names += 1;
    }
  }

  /* ---- moving about ---- */

  function nodeAt(x, y) {
    let best = -1, least = Infinity;
    for (let node = 0; node < nNodes; node += 1) {
      if (!visible.node[node]) continue;
      const [nx, ny] = toScreen(node);
      const beyond = Math.hypot(nx - x, ny - y) - drawnRadius(node);
      if (beyond < 5 && beyond < least) { best = node; least = beyond; }
    }
    return best;
  }

  function zoom(factor, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) {
    const scale = Math.min(12, Math.max(0.03, camera.scale * factor));
    const [dx, dy] = [x - canvas.clientWidth / 2, y - canvas.clientHeight / 2];
    camera.x += dx / camera.scale - dx / scale;
    camera.y += dy / camera.scale - dy / scale;
    camera.scale = scale;
    draw();
  }

  const fingers = new Map();
  let moved = 0;
  const local = (event) => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
  canvas.addEventListener("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); fingers.set(event.pointerId, local(event)); moved = 0; });
  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = local(event);
    if (!fingers.has(event.pointerId)) {
      const over = nodeAt(x, y);
      if (over !== hovered) { hovered = over; canvas.className = over >= 0 ? "over" : ""; draw(); }
      return;
    }
    const [px, py] = fingers.get(event.pointerId);
    moved += Math.hypot(x - px, y - py);
    if (fingers.size === 2) {
      const [other] = [...fingers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
      zoom(Math.hypot(x - other[0], y - other[1]) / Math.max(1, Math.hypot(px - other[0], py - other[1])), (x + other[0]) / 2, (y + other[1]) / 2);
    } else if (moved > 3) {
      camera.x -= (x - px) / camera.scale;
      camera.y -= (y - py) / camera.scale;
      draw();
    }
    fingers.set(event.pointerId, [x, y]);
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => {
    if (end === "pointerup" && fingers.size === 1 && moved <= 3) {
      const node = nodeAt(...local(event));
      choose(node >= 0 ? { node } : null);
    }
    fingers.delete(event.pointerId);
  });
  canvas.addEventListener("pointerleave", () => { if (hovered >= 0) { hovered = -1; draw(); } });
  canvas.addEventListener("wheel", (event) => { event.preventDefault(); zoom(Math.exp(-event.deltaY * 0.0015), ...local(event)); }, { passive: false });

  function step(by) {
    const shownNodes = [...Array(nNodes).keys()].filter((node) => visible.node[node]);
    if (!shownNodes.length) return;
    const at = chosen && chosen.node !== undefined ? shownNodes.indexOf(chosen.node) : by > 0 ? -1 : 0;
    choose({ node: shownNodes[(at + by + shownNodes.length) % shownNodes.length] }, true);
  }

  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const pan = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (pan) { camera.x += pan[0] * 60 / camera.scale; camera.y += pan[1] * 60 / camera.scale; draw(); }
    else if (event.key === "+" || event.key === "=") zoom(1.3);
    else if (event.key === "-") zoom(1 / 1.3);
    else if (event.key === "0") showAll();
    else if (event.key === "n") step(1);
    else if (event.key === "p") step(-1);
    else return;
    event.preventDefault();
  });
  $("zoom-in").onclick = () => zoom(1.4);
  $("zoom-out").onclick = () => zoom(1 / 1.4);
  $("zoom-all").onclick = showAll;
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { if (!$("matches").hidden) closeMatches(); else choose(null); }
    if (event.key === "/" && !/^(INPUT|SELECT)$/.test(document.activeElement.tagName)) { event.preventDefault(); $("search").focus(); }
  });

  /* ---- search ---- */

  function findNames(text) {
    const wanted = text.trim().toLowerCase();
    if (!wanted) return [];
    const closeness = (name) => (name === wanted ? 0 : name.startsWith(wanted) ? 1 : 2);
    return [...Array(nNodes).keys()]
      .map((node) => [node, nodeName(node).toLowerCase(), shortName(node).toLowerCase()])
      .filter(([, name]) => name.includes(wanted))
      .sort((a, b) => Math.min(closeness(a[1]), closeness(a[2])) - Math.min(closeness(b[1]), closeness(b[2])) || a[0] - b[0])
      .map(([node]) => node);
  }

  function closeMatches() { $("matches").hidden = true; }

  function goTo(node) {
    closeMatches();
    openView("network");
    choose({ node }, true);
  }

  function showMatches() {
    const found = findNames($("search").value);
    const list = found.slice(0, MATCHES).map((node) => make("li", {}, make("button", { type: "button", onclick: () => goTo(node) }, nodeName(node) + (isMirna(node) ? "" : " (gene)") + (visible.node[node] ? "" : ", hidden by the filters"))));
    if (found.length > MATCHES) list.push(make("li", { className: "muted" }, (found.length - MATCHES).toLocaleString("en-US") + " more"));
    if (!found.length && $("search").value.trim()) list.push(make("li", { className: "muted" }, "No miRNA or gene on this page is called so."));
    $("matches").replaceChildren(...list);
    $("matches").hidden = !list.length;
  }

  $("search").addEventListener("input", showMatches);
  $("search").addEventListener("keydown", (event) => {
    if (event.key === "Enter") { const [first] = findNames($("search").value); if (first !== undefined) goTo(first); event.preventDefault(); }
    if (event.key === "ArrowDown") { $("matches").querySelector("button")?.focus(); event.preventDefault(); }
  });
  $("matches").addEventListener("keydown", (event) => {
    const way = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    if (!way) return;
    const next = document.activeElement.parentElement[way]?.querySelector("button");
    (next ?? $("search")).focus();
    event.preventDefault();
  });
  document.addEventListener("click", (event) => { if (!event.target.closest(".search")) closeMatches(); });

  /* ---- tables ---- */

  const sorted = { mirnas: null, genes: null, pairs: null };

  function tableOf(which) {
    const nameColumn = (title, node) => ({ name: title, value: (row) => nodeName(node(row)), cell: (row) => nodeButton(node(row)) });
    const plain = (table) => table.columns.map(({ name, values }) => ({ name, value: (row) => values[row], number: numeric(values) }));
    const rows = (n, flag) => [...Array(n).keys()].filter(flag);
    if (which === "mirnas") return { rows: rows(nMirnas, (m) => visible.node[m]), all: nMirnas, columns: [nameColumn("miRNA", (m) => m), ...plain(mirnas)] };
    if (which === "genes") return { rows: rows(nGenes, (g) => visible.node[nMirnas + g]), all: nGenes, columns: [nameColumn("gene", (g) => nMirnas + g), ...plain(genes)] };
    return {
      rows: rows(pairs.a.length, (i) => visible.node[pairs.a[i]] && visible.node[pairs.b[i]]),
      all: pairs.a.length,
      columns: [
        nameColumn("miRNA A", (i) => pairs.a[i]), nameColumn("miRNA B", (i) => pairs.b[i]), ...plain(pairs),
        { name: "shared genes", value: (i) => shared[i], cell: (i) => make("button", { type: "button", className: "name", onclick: () => choose({ pair: i }) }, "show") },
      ],
    };
  }

  function compare(a, b) {
    const missing = (value) => value === null || value === undefined || value === "";
    if (missing(a) || missing(b)) return missing(a) - missing(b);
    return typeof a === "string" && typeof b === "string" ? a.localeCompare(b, "en", { numeric: true }) : a - b;
  }

  function fillTable(which) {
    const { rows, all, columns } = tableOf(which);
    const by = sorted[which];
    if (by) {
      const { value } = columns[by.column];
      // What is missing stands last both ways.
      rows.sort((a, b) => {
        const [x, y] = [value(a), value(b)];
        const gone = [x, y].some((each) => each === null || each === "");
        return (gone || !by.down ? compare(x, y) : compare(y, x)) || a - b;
      });
    }
    const heads = columns.map(({ name }, i) => {
      const state = by && by.column === i ? (by.down ? "descending" : "ascending") : "none";
      const button = make("button", { type: "button" }, name + { none: "", ascending: " ▲", descending: " ▼" }[state]);
      button.onclick = () => {
        sorted[which] = { column: i, down: state === "none" ? Boolean(columns[i].number) && !/^(P|FDR)\b/.test(name) : state === "ascending" };
        fillTable(which);
        $("view-" + which).querySelectorAll("thead button")[i].focus();
      };
      return make("th", { scope: "col", "aria-sort": state }, button);
    });
    const body = make("tbody");
    const more = make("button", { type: "button" });
    let shownSoFar = 0;
    const grow = () => {
      body.append(...rows.slice(shownSoFar, shownSoFar + SHOWN_AT_ONCE).map((row) => make("tr", {}, ...columns.map(({ value, cell, number }) => make("td", { className: number ? "number" : "" }, cell ? cell(row) : written(value(row)))))));
      shownSoFar = Math.min(rows.length, shownSoFar + SHOWN_AT_ONCE);
      more.hidden = shownSoFar === rows.length;
      more.textContent = "Show more (" + (rows.length - shownSoFar).toLocaleString("en-US") + " left)";
    };
    more.onclick = grow;
    grow();
    const caption = rows.length.toLocaleString("en-US") + " of " + all.toLocaleString("en-US") + " " + { mirnas: "miRNAs", genes: "genes", pairs: "pairs" }[which] + ". Choose a heading to sort.";
    $("view-" + which).replaceChildren(make("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": which }, make("table", {}, make("caption", {}, caption), make("thead", {}, make("tr", {}, ...heads)), body)), more);
  }

  function fillAbout() {
    const list = make("dl");
    for (const [what, value] of data.facts) list.append(make("dt", {}, what), make("dd", {}, value));
    $("view-about").replaceChildren(
      make("h2", {}, "Where this comes from"), list, ...data.leftOut.map((text) => make("p", {}, text)),
      make("h2", {}, "How to read it"),
      make("p", {}, "A thin line leads from a miRNA to a gene it targets. A thick line joins two miRNAs that share more targets than chance gives, the thicker the more; it is dashed where both have one seed and share targets by construction. Genes that only one of the miRNAs targets lie around it, genes that several share between them. Places mean nothing else."),
      make("p", {}, "Evidence: " + data.evidence.map(([, words]) => words).join("; ") + "."),
      make("h2", {}, "Keys"),
      make("p", {}, "/ searches; Escape clears the choice. In the picture: arrow keys move, + and − zoom, 0 shows all, n and p go to the next and the previous node. The views are told apart by the arrow keys on their tabs."),
    );
  }

  /* ---- views ---- */

  const VIEWS = ["network", "mirnas", "genes", "pairs", "about"];
  let view = "network";

  function fillView() {
    if (view === "about") fillAbout();
    else if (view !== "network") fillTable(view);
  }

  function openView(which) {
    view = which;
    for (const each of VIEWS) {
      $("view-" + each).hidden = each !== which;
      $("tab-" + each).setAttribute("aria-selected", String(each === which));
      $("tab-" + each).tabIndex = each === which ? 0 : -1;
    }
    fillView();
    draw();
  }

  for (const each of VIEWS) {
    $("tab-" + each).onclick = () => openView(each);
    $("tab-" + each).addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      const next = VIEWS[(VIEWS.indexOf(each) + by + VIEWS.length) % VIEWS.length];
      openView(next);
      $("tab-" + next).focus();
    });
  }

  /* ---- start ---- */

  const THEMES = ["", "light", "dark"];
  $("theme").onclick = () => {
    const next = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme ?? "") + 1) % THEMES.length];
    if (next) document.documentElement.dataset.theme = next; else delete document.documentElement.dataset.theme;
    $("theme").textContent = "Theme: " + (next || "as the system");
    redraw();
  };

  function redraw() { readInks(); readDrawing(); draw(); }

  $("subtitle").textContent = data.subtitle + (data.leftOut.length ? ". " + data.leftOut.join(" ") : "");
  data.evidence.forEach(([, words], i) => $("evidence").append(checkbox("evidence-" + i, words.split(":")[0])));
  data.evidence.forEach(([, words], i) => { $("evidence-" + i).parentElement.title = words; });
  for (const [value, words] of [["up", "up"], ["down", "down"], ["", "direction not known"]]) {
    if (!regulation.includes(value)) continue;
    const box = checkbox("direction-" + (value || "none"), words);
    box.firstChild.value = value || "none";
    $("directions").append(box);
  }
  $("directions").hidden = new Set(regulation).size < 2;
  $("least-mirnas").max = edgesOf.slice(nMirnas).reduce((most, own) => Math.max(most, own.length), 1);
  $("least-targets").max = edgesOf.slice(0, nMirnas).reduce((most, own) => Math.max(most, own.length), 0);
  $("size").append(...sizes.map(({ name }, i) => make("option", { value: i, defaultSelected: name === "synergy" }, name)));
  $("color").append(make("option", { value: -1, defaultSelected: true }, "up or down"), ...colorings.map(({ name }, i) => make("option", { value: i }, name)));
  $("filters").addEventListener("input", (event) => { if (event.target.tagName === "SELECT") redraw(); else applyFilters(); });
  $("filters-off").onclick = () => { $("filters").reset(); applyFilters(); redraw(); };
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  new ResizeObserver(() => draw()).observe(canvas);
  readInks();
  readDrawing();
  applyFilters();
  showAll();
})();

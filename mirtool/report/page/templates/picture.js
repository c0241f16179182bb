/* The picture of the network: where nodes are, what part is seen, and how it is painted.

Two canvases lie on each other: lines below, nodes, names and what is chosen above. Up to QUICK_LINES lines are painted
anew in every frame. With more, the canvas of lines is moved as a picture while something moves, and painted anew, a
batch per frame, once that has been over for PAUSE milliseconds. */

const QUICK_LINES = 2000, BATCH = 2500, PAUSE = 120, NAMES = 400, NAMES_MOVING = 60, LARGEST_SCALE = 12, SMALLEST_SCALE = 0.02;
const canvas = $("canvas"), linesCanvas = $("lines"), backCanvas = document.createElement("canvas");

const homeX = Float64Array.from(range(nNodes), (node) => (isMirna(node) ? mirnas.places[node] : genes.places[node - nMirnas])[0]);
const homeY = Float64Array.from(range(nNodes), (node) => (isMirna(node) ? mirnas.places[node] : genes.places[node - nMirnas])[1]);
const placeX = homeX.slice(), placeY = homeY.slice(), screenX = new Float64Array(nNodes), screenY = new Float64Array(nNodes);
/** Node to the node with which it was moved: itself, or the miRNA that took it along. */
const pinned = new Map();
/** What the camera keeps whole when the stage changes its size: `all`, what is `lit`, or nothing once it was moved. */
const camera = { x: 0, y: 0, scale: 1, fits: "all" };
let stageSize = [0, 0], chosen = null, lit = null, hovered = -1, moving = new Set(), inks = {};

/* ---- colors, sizes, key ---- */

function readInks(scheme) {
  const probe = make("i", { hidden: true }), found = {};
  if (scheme) probe.style.colorScheme = scheme;
  document.body.append(probe);
  for (const name of ["page", "text", "muted", "up", "down", "neutral", "gene", "edge", "synergy", "accent"]) {
    probe.style.color = "var(--" + name + ")";
    const parts = getComputedStyle(probe).color.match(/\d+/g).slice(0, 3);
    found[name] = "#" + parts.map((part) => Number(part).toString(16).padStart(2, "0")).join("");
  }
  probe.remove();
  return found;
}

const sizes = mirnas.columns.filter(({ values }) => isNumeric(values) && values.some((value) => value > 0) && values.every((value) => value === null || value >= 0));
const CLASS_INKS = ["#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#b3a800", "#8a6d9e", "#d55e00", "#0072b2"];
const isKnown = (value) => value !== null && value !== "";
// Classes to color by: texts, yes and no, and numbers that do nothing but number classes, 1, 2, 3 …
const isLabel = (values) => {
  const found = [...new Set(values.filter(isKnown))];
  return !isNumeric(values) || [...found].sort((a, b) => a - b).every((value, i) => value === i + 1);
};
const colorings = mirnas.columns.filter(({ name, values }) => name !== "regulation" && new Set(values).size > 1 && new Set(values.filter(isKnown)).size <= CLASS_INKS.length && isLabel(values));
const radii = new Float64Array(nNodes);
for (let g = nMirnas; g < nNodes; g += 1) radii[g] = Math.min(7, 2 + 0.8 * Math.sqrt(edgesOf[g].length));
const smallestMirna = nMirnas > 100 ? 4 : 6, leastZoom = nNodes > 1500 ? 0.18 : 0.35;
let drawing = { size: null, coloring: null, classes: [], classOf: [], most: 1 };

/** Take a column of numbers as size of the miRNAs, and one of classes as their color; undefined leaves them alike. */
function setDrawing(size, coloring) {
  const values = size?.values ?? mirnas.names.map(() => 0);
  const most = Math.max(...values.map((value) => value ?? 0)) || 1;
  for (let m = 0; m < nMirnas; m += 1) radii[m] = 5 + 14 * Math.sqrt((values[m] ?? 0) / most);
  const classes = coloring ? [...new Set(coloring.values)].filter(isKnown).sort(compareValues) : [];
  drawing = { size, coloring, classes, classOf: coloring ? coloring.values.map((value) => classes.indexOf(value)) : [], most };
}

const mirnaInk = (node, colors) => (drawing.coloring ? CLASS_INKS[drawing.classOf[node]] ?? colors.neutral : colors[regulation[node]] ?? colors.neutral);
const drawnRadius = (node, scale = camera.scale) => Math.max(isMirna(node) ? smallestMirna : 1.2, radii[node] * Math.min(1.6, Math.max(scale, leastZoom)));
const mostShared = Math.max(1, shared.reduce((most, each, i) => (significant[i] && each > most ? each : most), 1));
const pairWidth = (pair) => 0.8 + 3.7 * Math.sqrt(shared[pair] / mostShared);
const ARROWS = ["up", "down"];

/** What the key explains, as [width, draw(pen, x, y), text]; y is the middle of the line. */
function keyEntries(colors) {
  const dot = (fill, r, direction) => [2 * r, (pen, x, y) => paintMirna(pen, x + r, y, r, fill, direction, colors)];
  const line = (dash) => [24, (pen, x, y) => pen.lines([x, y, x + 24, y], { stroke: colors.synergy, width: 3, dash })];
  const words = { up: "miRNA up", down: "miRNA down", "": "direction not known" };
  const entries = ["up", "down", ""].filter((each) => regulation.includes(each))
    .map((each) => [...dot(drawing.coloring ? colors.neutral : colors[each] ?? colors.neutral, 6.5, each), words[each]]);
  if (drawing.coloring) entries.push(...drawing.classes.map((each, i) => [...dot(CLASS_INKS[i], 6, ""), drawing.coloring.name + " " + written(each)]));
  if (drawing.coloring?.values.some((value) => !isKnown(value))) entries.push([...dot(colors.neutral, 6, ""), "no " + drawing.coloring.name]);
  if (drawing.size) entries.push([22, (pen, x, y) => { paintMirna(pen, x + 4, y, 3.5, colors.neutral, "", colors); paintMirna(pen, x + 15, y, 7, colors.neutral, "", colors); }, "size: " + drawing.size.name + ", at most " + written(drawing.most)]);
  for (const each of ARROWS) if (geneRegulation.includes(each)) entries.push([10, (pen, x, y) => pen.triangles([x + 5, y, 5.5], each === "up", { fill: colors[each] }), "gene " + each]);
  if (geneRegulation.includes("")) entries.push([7, (pen, x, y) => pen.dots([x + 3.5, y, 3.5], { fill: colors.gene }), "gene"]);
  const kinds = new Set(sameSeed.filter((_, i) => significant[i]));
  if (kinds.has("no") || kinds.has("")) entries.push([...line([]), "synergy (FDR ≤ " + data.alpha + ")"]);
  if (kinds.has("yes")) entries.push([...line([7, 4]), "synergy, same seed"]);
  const [nLines, nPairs] = [flagged(visible.edge), flagged(visible.pair)];
  if (nLines > drawnEdges.length) entries.push([0, () => {}, counted(drawnEdges.length) + " of " + counted(nLines) + " targets drawn, of strongest evidence and of the genes with most miRNAs"]);
  if (nPairs > drawnPairs.length) entries.push([0, () => {}, counted(drawnPairs.length) + " of " + counted(nPairs) + " synergy lines drawn, of smallest P"]);
  return entries;
}

function showKey() {
  $("key").replaceChildren(...keyEntries(inks).map(([width, draw, text]) => {
    const svg = svgElement("svg", { width: width + 2, height: 16, "aria-hidden": "true" });
    draw(svgPen(svg), 1, 8);
    return make("li", {}, ...(width ? [svg] : []), text);
  }));
}

/** Write the key in lines of a width; returns its height. Without a pen it is measured only. */
function paintKey(pen, left, top, width, colors) {
  const SIZE = 12, LINE = 19, GAP = 16;
  let [x, y] = [left, top + LINE / 2];
  for (const [wide, draw, text] of keyEntries(colors)) {
    const long = wide + (wide ? 6 : 0) + textWidth(text, SIZE);
    if (x > left && x + long > left + width) { x = left; y += LINE; }
    if (pen) {
      draw(pen, x, y);
      pen.text(text, x + long - textWidth(text, SIZE), y + 4, { size: SIZE, fill: colors.text });
    }
    x += long + GAP;
  }
  return y + LINE / 2 - top;
}

/* ---- the camera ---- */

/** What is seen on the stage; on another tab the stage has no size, and the last one counts. */
const screenView = () => ({ ...camera, width: canvas.clientWidth || stageSize[0], height: canvas.clientHeight || stageSize[1], inks, screen: true });
const toScreen = (node) => [(placeX[node] - camera.x) * camera.scale + canvas.clientWidth / 2, (placeY[node] - camera.y) * camera.scale + canvas.clientHeight / 2];
const toPlace = (x, y) => [(x - canvas.clientWidth / 2) / camera.scale + camera.x, (y - canvas.clientHeight / 2) / camera.scale + camera.y];

/** Show these nodes whole, with room for names. */
function fitTo(nodes) {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (!nodes.length || !width || !height) return;
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const node of nodes) {
    left = Math.min(left, placeX[node]); right = Math.max(right, placeX[node]);
    top = Math.min(top, placeY[node]); bottom = Math.max(bottom, placeY[node]);
  }
  const [edgeX, edgeY] = [Math.min(46, width / 6), Math.min(34, height / 6)];
  camera.scale = Math.max(SMALLEST_SCALE, Math.min(2, (width - 2 * edgeX) / Math.max(1, right - left), (height - 2 * edgeY) / Math.max(1, bottom - top)));
  camera.x = (left + right) / 2;
  camera.y = (top + bottom) / 2;
  draw();
}

function fitAll() {
  camera.fits = "all";
  fitTo(shownNodes);
}

function fitLit() {
  const nodes = [...(lit?.nodes ?? [])].filter((node) => visible.node[node]);
  if (!nodes.length) return;
  camera.fits = "lit";
  fitTo(nodes);
}

let settling = 0;

/** Details that open shrink the stage: what was tapped stays under the finger as long as a second tap may follow. */
function stageResized() {
  const size = [canvas.clientWidth, canvas.clientHeight], wait = lastTap.time + TWICE - performance.now();
  clearTimeout(settling);
  if (stageSize[0] && size[0] && wait > 0) {
    camera.x += (size[0] - stageSize[0]) / 2 / camera.scale;
    camera.y += (size[1] - stageSize[1]) / 2 / camera.scale;
    settling = setTimeout(settleStage, wait);
  } else settleStage();
  if (size[0]) stageSize = size;
  draw();
}

function settleStage() {
  if (camera.fits === "all") fitAll();
  else if (camera.fits === "lit") fitLit();
  else if (chosen) bringIntoSight();
}

const chosenNodes = () => (chosen === null ? [] : chosen.pair === undefined ? [chosen.node] : [pairs.a[chosen.pair], pairs.b[chosen.pair]]);

function bringIntoSight() {
  const nodes = chosenNodes(), edge = Math.min(40, canvas.clientHeight / 5);
  const isOutside = (node) => { const [x, y] = toScreen(node); return x < edge || y < edge || x > canvas.clientWidth - edge || y > canvas.clientHeight - edge; };
  if (!canvas.clientWidth || !nodes.some(isOutside)) return;
  camera.fits = null;
  camera.x = nodes.reduce((sum, node) => sum + placeX[node], 0) / nodes.length;
  camera.y = nodes.reduce((sum, node) => sum + placeY[node], 0) / nodes.length;
  draw();
}

function zoom(factor, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) {
  const scale = Math.min(LARGEST_SCALE, Math.max(SMALLEST_SCALE, camera.scale * factor));
  const [dx, dy] = [x - canvas.clientWidth / 2, y - canvas.clientHeight / 2];
  camera.x += dx / camera.scale - dx / scale;
  camera.y += dy / camera.scale - dy / scale;
  camera.scale = scale;
  camera.fits = null;
  draw();
}

function pan(dx, dy) {
  camera.x -= dx / camera.scale;
  camera.y -= dy / camera.scale;
  camera.fits = null;
  draw();
}

/* ---- nodes moved by hand ---- */

/** Move a node, and with a miRNA the genes that it alone targets and that were not moved by themselves. */
function moveNode(node, dx, dy) {
  for (const each of movedWith(node)) {
    placeX[each] += dx;
    placeY[each] += dy;
    pinned.set(each, node);
  }
}

const movedWith = (node) => [node, ...(isMirna(node) ? privateGenes(node).filter((gene) => pinned.get(gene) !== gene) : [])];

/** Put a node back, and what it took along. */
function releaseNode(node) {
  for (const [each, by] of [...pinned]) if (by === node) {
    [placeX[each], placeY[each]] = [homeX[each], homeY[each]];
    pinned.delete(each);
  }
  nodesMoved();
}

function restoreLayout() {
  pinned.clear();
  placeX.set(homeX);
  placeY.set(homeY);
  nodesMoved();
  fitAll();
}

function nodesMoved() {
  $("restore").disabled = !pinned.size;
  linesVersion += 1;
  draw();
}

/* ---- painting ---- */

function project(view) {
  for (const node of shownNodes) {
    screenX[node] = (placeX[node] - view.x) * view.scale + view.width / 2;
    screenY[node] = (placeY[node] - view.y) * view.scale + view.height / 2;
  }
}

const isInSight = (node, view, beyond = 30) => visible.node[node] && screenX[node] > -beyond && screenY[node] > -beyond && screenX[node] < view.width + beyond && screenY[node] < view.height + beyond;

function endsOf(chosenEdges) {
  const ends = new Float64Array(4 * chosenEdges.length);
  chosenEdges.forEach((i, k) => {
    const [m, g] = [edges.mirna[i], nMirnas + edges.gene[i]];
    ends[4 * k] = screenX[m]; ends[4 * k + 1] = screenY[m]; ends[4 * k + 2] = screenX[g]; ends[4 * k + 3] = screenY[g];
  });
  return ends;
}

function paintPair(pen, pair, alpha, colors) {
  const [x0, y0, x1, y1] = [screenX[pairs.a[pair]], screenY[pairs.a[pair]], screenX[pairs.b[pair]], screenY[pairs.b[pair]]];
  const digits = (...values) => values.map((value) => Math.round(value * 100) / 100);
  const bend = digits((x0 + x1) / 2 + (y1 - y0) * 0.12, (y0 + y1) / 2 - (x1 - x0) * 0.12, x1, y1);
  pen.path("M" + digits(x0, y0) + "Q" + bend, { stroke: colors.synergy, width: pairWidth(pair), alpha, dash: sameSeed[pair] === "yes" ? [7, 5] : [] });
}

/** Paint the lines that nothing lights, batch by batch. */
function* paintLines(pen, view, faint = 1) {
  const rests = (i) => !moving.size || !(moving.has(edges.mirna[i]) || moving.has(nMirnas + edges.gene[i]));
  // The fewer lines, the darker each: a single one is seen, thousands are gray where they cross.
  const nLines = drawnEdges.length + 1, nPairs = drawnPairs.length + 1;
  const alpha = faint * Math.min(0.6, Math.max(250 / nLines, Math.min(0.1, 800 / nLines)));
  for (let from = 0; from < drawnEdges.length; from += BATCH) {
    pen.lines(endsOf(drawnEdges.slice(from, from + BATCH).filter(rests)), { stroke: view.inks.edge, width: 0.8, alpha });
    yield;
  }
  const crowd = faint * Math.min(0.55, 4 / Math.sqrt(nPairs), 100 / nPairs);
  for (let k = 0; k < drawnPairs.length; k += 1) {
    const pair = drawnPairs[k];
    if (!moving.has(pairs.a[pair]) && !moving.has(pairs.b[pair])) paintPair(pen, pair, crowd, view.inks);
    if (k % 250 === 249) yield;
  }
}

/** Paint the lines of what is chosen or moved. */
function paintLitLines(pen, view) {
  const style = { stroke: view.inks.edge, width: 1.2, alpha: 0.85 };
  if (lit) {
    pen.lines(endsOf([...lit.edges]), style);
    for (const pair of lit.pairs) paintPair(pen, pair, 0.9, view.inks);
  }
  if (!moving.size) return;
  const touched = [...moving].flatMap((node) => edgesOf[node].filter((i) => visible.edge[i] && !lit?.edges.has(i)));
  pen.lines(endsOf(touched), { ...style, alpha: 0.4 });
  for (const node of moving) if (isMirna(node)) for (const [pair] of partnersOf(node)) if (!lit?.pairs.has(pair)) paintPair(pen, pair, 0.4, view.inks);
}

function paintMirna(pen, x, y, r, fill, direction, colors) {
  pen.dots([x, y, r], { fill, stroke: drawing.coloring ? colors.muted : colors.page, width: drawing.coloring ? 1 : 1.5 });
  if (ARROWS.includes(direction) && r >= 3.5) pen.triangles([x, y, r * 0.66], direction === "up", { fill: drawing.coloring ? colors.text : colors.page });
}

function paintNodes(pen, view) {
  for (const bright of lit ? [false, true] : [true]) {
    const alpha = bright ? 1 : 0.18;
    const places = { "": [], up: [], down: [] };
    for (const node of shownNodes) {
      if (isMirna(node) || (lit && lit.nodes.has(node) !== bright) || !isInSight(node, view)) continue;
      const direction = directionOf(node), r = drawnRadius(node, view.scale);
      places[direction].push(screenX[node], screenY[node], direction ? Math.max(3, 1.45 * r) : r);
    }
    pen.dots(places[""], { fill: view.inks.gene, alpha });
    for (const each of ARROWS) pen.triangles(places[each], each === "up", { fill: view.inks[each], alpha });
    for (let m = nMirnas - 1; m >= 0; m -= 1) {
      if ((lit && lit.nodes.has(m) !== bright) || !isInSight(m, view)) continue;
      const [x, y, r] = [screenX[m], screenY[m], drawnRadius(m, view.scale)];
      if (bright) paintMirna(pen, x, y, r, mirnaInk(m, view.inks), regulation[m], view.inks);
      else pen.dots([x, y, r], { fill: mirnaInk(m, view.inks), alpha });
    }
  }
  const ring = (node, beyond, stroke, width, dash) => pen.dots([screenX[node], screenY[node], drawnRadius(node, view.scale) + beyond], { stroke, width, dash });
  for (const node of chosenNodes()) if (visible.node[node]) ring(node, 3, view.inks.accent, 2.5);
  if (!view.screen) return;
  for (const [node, by] of pinned) if (node === by && visible.node[node]) ring(node, 6, view.inks.muted, 1.5, [3, 3]);
  if (hovered >= 0 && visible.node[hovered]) ring(hovered, 3, view.inks.accent, 2);
}

/** The lines of a name: one, or as many as a long one has between its slashes; what no picture has room for is cut. */
const nameLines = (() => {
  const LONG = 24, LONGEST = 40, MOST = 4, known = new Map();
  const broken = (name) => {
    const lines = [];
    for (const part of name.split(/(?<=\/)/)) {
      if (lines.length && (lines[lines.length - 1] + part).length <= LONG) lines[lines.length - 1] += part; else lines.push(part);
    }
    const kept = lines.length > MOST ? [...lines.slice(0, MOST - 1), "…"] : lines;
    return kept.map((line) => (line.length > LONGEST ? line.slice(0, LONGEST - 1) + "…" : line));
  };
  return (node) => { if (!known.has(node)) known.set(node, broken(shortName(node))); return known.get(node); };
})();

const byRank = range(nNodes).sort((a, b) => isMirna(b) - isMirna(a) || (isMirna(a) ? a - b : edgesOf[b].length - edgesOf[a].length || a - b));

/** Which names have room, and where: the chosen first, then miRNAs, then the genes in which most miRNAs meet. */
function placeNames(view, most) {
  const { width, height } = view, cell = 64, taken = new Map(), dots = new Map(), found = [];
  const cellsOf = ([x0, y0, x1, y1], use) => {
    for (let cx = Math.floor(x0 / cell); cx <= Math.floor(x1 / cell); cx += 1) for (let cy = Math.floor(y0 / cell); cy <= Math.floor(y1 / cell); cy += 1) if (use(cx * 4096 + cy)) return true;
    return false;
  };
  const isFree = (box, grid) => !cellsOf(box, (key) => grid.get(key)?.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]));
  const claim = (box, grid) => cellsOf(box, (key) => { if (grid.has(key)) grid.get(key).push(box); else grid.set(key, [box]); });
  const firstOnes = new Set([...chosenNodes(), ...(view.screen ? [hovered, ...[...moving].slice(0, 1)] : [])]);
  const order = byRank.filter((node) => isInSight(node, view, 20)), isCrowd = order.length > 1500;
  // No name lies on a miRNA, and no gene's name on another gene, but in a crowd.
  for (const node of order) {
    if (!isMirna(node) && (isCrowd || (lit && !lit.nodes.has(node)))) continue;
    const r = drawnRadius(node, view.scale);
    claim([screenX[node] - r, screenY[node] - r, screenX[node] + r, screenY[node] + r], isMirna(node) ? taken : dots);
  }
  for (const node of [...order.filter((each) => firstOnes.has(each)), ...order.filter((each) => !firstOnes.has(each))]) {
    if (found.length >= most) break;
    const always = firstOnes.has(node);
    if (!always && lit && !lit.nodes.has(node)) continue;
    if (!isMirna(node) && !always && !lit && view.scale < 0.8 && edgesOf[node].length < 3) continue;
    const size = isMirna(node) ? 13 : 12, bold = isMirna(node), lines = nameLines(node), line = size * 1.15;
    const wide = Math.max(...lines.map((text) => textWidth(text, size, bold))), high = lines.length * line;
    const [x, y, away] = [screenX[node], screenY[node], drawnRadius(node, view.scale) + (always ? 7 : 4)];
    const inside = (left) => Math.max(3, Math.min(width - wide - 3, left));
    const [right, left, under, over] = [x + away, x - away - wide, y + away, y - away - high];
    const tries = [[right, y - high / 2], [left, y - high / 2], [inside(x - wide / 2), under], [inside(x - wide / 2), over], [right - 3, under - 5], [right - 3, over + 5], [left + 3, under - 5], [left + 3, over + 5]];
    const fits = ([l, t]) => l >= 2 && t >= 2 && l + wide <= width - 2 && t + high <= height - 2;
    const boxAt = ([l, t]) => [l - 1, t, l + wide + 1, t + high];
    const free = tries.filter((each) => fits(each) && isFree(boxAt(each), taken));
    let spot = free.find((each) => isFree(boxAt(each), dots)) ?? (isMirna(node) ? free[0] : undefined);
    if (!spot && always) spot = [inside(right), Math.max(2, Math.min(height - high - 2, y - high / 2))];
    if (!spot) continue;
    claim([spot[0] - 2, spot[1], spot[0] + wide + 2, spot[1] + high], taken);
    found.push({ node, lines, left: spot[0], top: spot[1], size, bold, line });
  }
  return found;
}

function paintNames(pen, view, most = NAMES) {
  for (const { lines, left, top, size, bold, line } of placeNames(view, most).reverse()) {
    lines.forEach((text, k) => pen.text(text, left, top + (k + 0.8) * line, { size, bold, fill: view.inks.text, halo: view.inks.page }));
  }
}

function paintAll(pen, view) {
  project(view);
  for (const _ of paintLines(pen, view, lit ? 0.15 : 1)) ;
  paintLitLines(pen, view);
  paintNodes(pen, view);
  paintNames(pen, view);
}

/* ---- frames ---- */

let waiting = false, linesVersion = 0, linesShown = null, linesTimer = 0, lastDrawn = 0;

function draw() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; paintFrame(); });
}

function redraw() {
  linesVersion += 1;
  draw();
}

function sized(which, view, ratio) {
  const [width, height] = [Math.round(view.width * ratio), Math.round(view.height * ratio)];
  if (which.width !== width || which.height !== height) { which.width = width; which.height = height; }
  const context = which.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, view.width, view.height);
  return context;
}

function paintFrame() {
  if (!canvas.clientWidth || !canvas.clientHeight) return;
  const view = screenView(), ratio = window.devicePixelRatio || 1;
  const context = sized(canvas, view, ratio), isQuick = drawnEdges.length + drawnPairs.length <= QUICK_LINES;
  const isMoving = performance.now() - lastDrawn < PAUSE;
  lastDrawn = performance.now();
  project(view);
  const pen = canvasPen(context);
  paintLitLines(pen, view);
  paintNodes(pen, view);
  paintNames(pen, view, isQuick || !isMoving ? NAMES : NAMES_MOVING);
  linesCanvas.style.opacity = lit ? 0.15 : 1;
  if (isQuick) {
    for (const _ of paintLines(canvasPen(sized(linesCanvas, view, ratio)), view)) ;
    linesShown = { ...view, version: linesVersion };
    linesCanvas.style.transform = "none";
  } else moveLines(view, ratio);
}

/** Move the picture of the lines to where the camera looks, and have it painted anew if the camera rests there. */
function moveLines(view, ratio) {
  const isSame = linesShown && linesShown.version === linesVersion && ["x", "y", "scale", "width", "height"].every((key) => linesShown[key] === view[key]);
  if (linesShown && !isSame) {
    const grow = view.scale / linesShown.scale;
    const [dx, dy] = [(linesShown.x - view.x) * view.scale + (view.width - linesShown.width * grow) / 2, (linesShown.y - view.y) * view.scale + (view.height - linesShown.height * grow) / 2];
    // The element has the size of the stage, whatever size it was painted for.
    linesCanvas.style.transform = "translate(" + dx + "px," + dy + "px) scale(" + grow * linesShown.width / view.width + "," + grow * linesShown.height / view.height + ")";
  }
  clearTimeout(linesTimer);
  linesTimer = setTimeout(() => paintLinesSlowly(screenView(), Math.min(ratio, 2), isSame), PAUSE);
}

function paintLinesSlowly(view, ratio, isSame) {
  const stamp = lastDrawn, version = linesVersion;
  if (isSame) { paintFrameAtRest(); return; }
  const parts = paintLines(canvasPen(sized(backCanvas, view, ratio)), view);
  const next = () => {
    // Where something moved, the frame that showed it has asked for another turn.
    if (lastDrawn !== stamp) return;
    project(view);
    if (!parts.next().done) { requestAnimationFrame(next); return; }
    sized(linesCanvas, view, ratio).drawImage(backCanvas, 0, 0, view.width, view.height);
    linesCanvas.style.transform = "none";
    linesShown = { ...view, version };
    paintFrameAtRest();
  };
  next();
}

/** Nodes and names once more, now with every name that has room. */
function paintFrameAtRest() {
  const view = screenView(), pen = canvasPen(sized(canvas, view, window.devicePixelRatio || 1));
  project(view);
  paintLitLines(pen, view);
  paintNodes(pen, view);
  paintNames(pen, view);
}

/* ---- what is seen, as a file or for paper ---- */

/** What is seen, `across` wide or as wide as it is, with its key below: {width, height, paint(pen)}. */
function pictureOf(across) {
  const colors = readInks("light"), seen = screenView(), width = across ?? seen.width, ratio = width / seen.width;
  const view = { ...seen, width, height: Math.round(seen.height * ratio), scale: seen.scale * ratio, inks: colors, screen: false };
  const keyTop = view.height + 6, height = Math.ceil(keyTop + paintKey(null, 8, keyTop, width - 16, colors) + 6);
  const paint = (pen) => {
    paintAll(pen, view);
    project(screenView());
    pen.box(0, view.height, width, height - view.height, { fill: colors.page });
    paintKey(pen, 8, keyTop, width - 16, colors);
  };
  return { width, height, paint };
}

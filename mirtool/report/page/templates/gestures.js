/* Mouse, fingers and keys on the picture: drag a node or the picture, zoom, choose, release. */

const STEADY = { mouse: 4, pen: 6, touch: 10 }, REACH = { mouse: 5, pen: 8, touch: 16 }, TWICE = 500, KEY_STEP = 60, KEY_MOVE = 12;
const fingers = new Map();
let held = null, lastTap = { time: -Infinity, node: -2 };

function nodeAt(x, y, reach = REACH.mouse) {
  let best = -1, least = Infinity;
  for (const node of shownNodes) {
    const [nx, ny] = toScreen(node), beyond = Math.hypot(nx - x, ny - y) - drawnRadius(node);
    if (beyond < reach && beyond < least) { best = node; least = beyond; }
  }
  return best;
}

/** A finger drags miRNAs and what is chosen; elsewhere it moves the picture, or a crowd of genes would leave no room for that. */
const isDraggable = (node, kind) => node >= 0 && (kind !== "touch" || isMirna(node) || chosen?.node === node);

const local = (event) => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };

function startDrag(node) {
  held.before = movedWith(node).map((each) => [each, placeX[each], placeY[each], pinned.get(each)]);
  moving = new Set(movedWith(node));
  canvas.classList.add("drag");
  linesVersion += 1;
}

function endDrag() {
  moving = new Set();
  canvas.classList.remove("drag");
  nodesMoved();
}

function cancelDrag() {
  for (const [node, x, y, by] of held.before) {
    [placeX[node], placeY[node]] = [x, y];
    if (by === undefined) pinned.delete(node); else pinned.set(node, by);
  }
  held = null;
  endDrag();
}

function onPointerDown(event) {
  if (event.pointerType === "mouse" && event.button !== 0) return;
  try { canvas.setPointerCapture(event.pointerId); } catch { /* a pointer that is gone by now can't be captured */ }
  fingers.set(event.pointerId, local(event));
  if (fingers.size > 1) {
    if (held?.before) cancelDrag();
    held = null;
    return;
  }
  const [x, y] = local(event), kind = event.pointerType || "mouse";
  held = { x, y, kind, node: nodeAt(x, y, REACH[kind] ?? REACH.mouse), before: null, far: false };
}

function onPointerMove(event) {
  const [x, y] = local(event);
  if (!fingers.has(event.pointerId)) {
    const over = nodeAt(x, y);
    if (over !== hovered) { hovered = over; canvas.classList.toggle("over", over >= 0); draw(); }
    return;
  }
  const [px, py] = fingers.get(event.pointerId);
  fingers.set(event.pointerId, [x, y]);
  if (fingers.size === 2) {
    const [[ox, oy]] = [...fingers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    pan((x - px) / 2, (y - py) / 2);
    zoom(Math.hypot(x - ox, y - oy) / Math.max(1, Math.hypot(px - ox, py - oy)), (x + ox) / 2, (y + oy) / 2);
  }
  if (!held) return;
  let [dx, dy] = [x - px, y - py];
  if (!held.far) {
    if (Math.hypot(x - held.x, y - held.y) <= (STEADY[held.kind] ?? STEADY.mouse)) return;
    held.far = true;
    [dx, dy] = [x - held.x, y - held.y];
    if (isDraggable(held.node, held.kind)) startDrag(held.node);
  }
  if (!held.before) { pan(dx, dy); return; }
  moveNode(held.node, dx / camera.scale, dy / camera.scale);
  draw();
}

function onPointerEnd(event) {
  if (!fingers.delete(event.pointerId) || !held) return;
  const { node, before, far } = held;
  if (event.type === "pointercancel") { if (before) cancelDrag(); held = null; return; }
  held = null;
  if (before) {
    endDrag();
    say(shortName(node) + " moved and pinned; Escape or a double click releases it");
    return;
  }
  if (far) return;
  const isTwice = event.timeStamp - lastTap.time < TWICE && lastTap.node === node;
  lastTap = { time: event.timeStamp, node };
  if (isTwice && pinned.get(node) === node) { releaseNode(node); say(shortName(node) + " released"); return; }
  if (isTwice && node < 0) { fitAll(); return; }
  choose(node >= 0 ? { node } : null);
}

canvas.addEventListener("pointerdown", onPointerDown);
canvas.addEventListener("pointermove", onPointerMove);
canvas.addEventListener("pointerup", onPointerEnd);
canvas.addEventListener("pointercancel", onPointerEnd);
canvas.addEventListener("pointerleave", () => { if (hovered >= 0) { hovered = -1; draw(); } });
canvas.addEventListener("wheel", (event) => { event.preventDefault(); zoom(Math.exp(-event.deltaY * 0.0015), ...local(event)); }, { passive: false });

function stepNode(by) {
  if (!shownNodes.length) return;
  const at = chosen && chosen.node !== undefined ? shownNodes.indexOf(chosen.node) : by > 0 ? -1 : 0;
  choose({ node: shownNodes[(at + by + shownNodes.length) % shownNodes.length] });
  bringIntoSight();
}

canvas.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  const act = { "+": () => zoom(1.3), "=": () => zoom(1.3), "-": () => zoom(1 / 1.3), 0: fitAll, n: () => stepNode(1), p: () => stepNode(-1), r: restoreLayout }[event.key];
  if (way && event.shiftKey && chosen?.node !== undefined) {
    moveNode(chosen.node, way[0] * KEY_MOVE / camera.scale, way[1] * KEY_MOVE / camera.scale);
    nodesMoved();
  } else if (way) pan(-way[0] * KEY_STEP, -way[1] * KEY_STEP);
  else if (act) act();
  else return;
  event.preventDefault();
});

/** Escape: one thing at a time, the latest first. */
function onEscape() {
  if (held?.before) { cancelDrag(); return; }
  const own = chosen?.node !== undefined && pinned.get(chosen.node) === chosen.node ? chosen.node : undefined;
  const last = [...pinned].filter(([node, by]) => node === by).map(([node]) => node).pop();
  if (own !== undefined) { releaseNode(own); say(shortName(own) + " released"); }
  else if (chosen !== null) choose(null);
  else if (last !== undefined) { releaseNode(last); say(shortName(last) + " released"); }
}

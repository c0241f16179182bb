/* The page of the network: filters, what is chosen and its details, views, paper. */

const say = (text) => { $("said").textContent = text; };
const nodeButton = (node) => make("button", { type: "button", className: "name", onclick: () => { choose({ node }); bringIntoSight(); } }, nodeName(node));
const evidenceWord = (edge) => data.evidence[edges.evidence[edge]][1].split(":")[0];

/* ---- filters ---- */

function checkbox(id, text, value) {
  return make("label", {}, make("input", { type: "checkbox", id, value, checked: true, defaultChecked: true }), text);
}

function applyFilters() {
  const direction = { up: true, down: true, "": true };
  for (const box of $("directions").querySelectorAll("input")) direction[box.value === "none" ? "" : box.value] = box.checked;
  const isNew = filterNetwork({
    level: data.evidence.map((_, i) => $("evidence-" + i).checked),
    direction,
    kinds: { targets: $("kind-targets").checked, synergy: $("kind-synergy").checked, seed: $("kind-seed").checked },
    leastMirnas: Math.max(1, Number($("least-mirnas").value) || 1),
    leastTargets: Math.max(0, Number($("least-targets").value) || 0),
  });
  $("counts").textContent = countsText();
  const n = filtersSet().length;
  $("filters-open").textContent = "Filters" + (n ? " (" + n + ")" : "");
  lit = litBy(chosen);
  fillView();
  showDetails();
  showKey();
  redraw();
  if (isNew) fitAll();
}

const countsText = () => [
  [flagged(visible.node, 0, nMirnas), nMirnas, "miRNAs"],
  [flagged(visible.node, nMirnas), nGenes, "genes"],
  [flagged(visible.edge), edges.mirna.length, "targets"],
  [flagged(visible.pair), significant.filter(Boolean).length, "synergy pairs"],
].map(([some, all, what]) => (counted(some) + " of " + counted(all, what)).replaceAll(" ", "\u00a0")).join(" · ");

/** The filters that leave something out, in words. */
function filtersSet() {
  const words = [];
  for (const box of $("filters").querySelectorAll("input")) {
    const text = box.parentElement.textContent.trim(), group = box.closest("fieldset").querySelector("legend").textContent.toLowerCase();
    if (box.type === "checkbox" && !box.checked) words.push("without " + group + " " + text);
    if (box.type === "number" && box.value !== box.defaultValue) words.push("at least " + box.value + " " + text);
  }
  return words;
}

/* ---- what is chosen, and the details beside the picture ---- */

function choose(what) {
  chosen = what;
  lit = litBy(chosen);
  showDetails();
  $("details").scrollTop = 0;
  say(what === null ? "Nothing chosen" : [...$("details").querySelectorAll("h2, h3")].map((each) => each.textContent).join(", "));
  draw();
}

function edgeLine(edge) {
  const extra = edges.columns.filter(({ values }) => values[edge] !== null && values[edge] !== "").map(({ name, values }) => name + ": " + written(values[edge], name));
  return make("div", { className: "muted" }, [evidenceWord(edge), ...extra].join("; "));
}

function showDetails() {
  const panel = $("details");
  panel.classList.toggle("empty", chosen === null);
  if (chosen === null) {
    panel.replaceChildren(make("p", { className: "muted" }, "Choose a miRNA or a gene, in the picture, by search or in a table, to see its neighbors and the references behind each."));
    return;
  }
  const clear = make("button", { type: "button", onclick: () => choose(null) }, "Clear choice (Esc)");
  panel.replaceChildren(...(chosen.pair !== undefined ? pairDetails(chosen.pair) : nodeDetails(chosen.node)), make("p", {}, clear));
}

function nodeDetails(node) {
  const isOfMirna = isMirna(node), near = neighborsOf(node), parts = [make("h2", {}, nodeName(node)), make("p", { className: "muted" }, isOfMirna ? "miRNA" : "gene")];
  if (!visible.node[node]) parts.push(make("p", {}, "Hidden by the filters."));
  parts.push(isOfMirna ? factList(mirnas.columns, node) : factList(genes.columns, node - nMirnas));
  if (isOfMirna) {
    const partners = partnersOf(node);
    parts.push(make("h3", {}, "Partners (" + counted(partners.length) + ")"), ...longList(partners, ([i, other]) => [
      nodeButton(other),
      make("div", { className: "muted" }, written(shared[i]) + " shared targets, FDR " + written(decisiveFdr[i], "FDR") + (sameSeed[i] === "yes" ? ", same seed" : "")),
      make("button", { type: "button", className: "name", onclick: () => { choose({ pair: i }); bringIntoSight(); } }, "what they share"),
    ]));
  }
  parts.push(make("h3", {}, (isOfMirna ? "Targets (" : "miRNAs (") + counted(near.length) + ")"));
  parts.push(...longList(near, ([i, other]) => [nodeButton(other), edgeLine(i), references(edges.references[i])]));
  return parts;
}

function pairDetails(pair) {
  const [a, b] = [pairs.a[pair], pairs.b[pair]], both = sharedOf(pair);
  return [
    make("h2", {}, nodeButton(a), " and ", nodeButton(b)), factList(pairs.columns, pair),
    make("h3", {}, "Shared targets shown (" + counted(both.length) + ")"),
    ...longList(both, ([gene, ofA, ofB]) => [
      nodeButton(gene),
      ...[[a, ofA], [b, ofB]].flatMap(([mirna, edge]) => [make("div", { className: "muted" }, shortName(mirna) + ": " + evidenceWord(edge)), references(edges.references[edge])]),
    ]),
  ];
}

/* ---- views ---- */

const VIEWS = ["network", "mirnas", "genes", "pairs", "about"], TITLES = { mirnas: "miRNAs", genes: "Genes", pairs: "Pairs" };
const tables = { mirnas: sortableTable($("view-mirnas"), "miRNAs"), genes: sortableTable($("view-genes"), "Genes"), pairs: sortableTable($("view-pairs"), "Pairs") };
let view = "network";

const nameColumn = (name, node) => ({ name, value: (row) => nodeName(node(row)), cell: (row) => nodeButton(node(row)) });
const plainColumns = (table) => table.columns.map(({ name, values }) => ({ name, value: (row) => values[row], number: isNumeric(values) }));

function tableOf(which) {
  if (which === "mirnas") return { rows: range(nMirnas).filter((m) => visible.node[m]), all: nMirnas, columns: [nameColumn("miRNA", (m) => m), ...plainColumns(mirnas)] };
  if (which === "genes") return { rows: range(nGenes).filter((g) => visible.node[nMirnas + g]), all: nGenes, columns: [nameColumn("gene", (g) => nMirnas + g), ...plainColumns(genes)] };
  return {
    rows: range(pairs.a.length).filter((i) => visible.node[pairs.a[i]] && visible.node[pairs.b[i]]),
    all: pairs.a.length,
    columns: [
      nameColumn("miRNA A", (i) => pairs.a[i]), nameColumn("miRNA B", (i) => pairs.b[i]), ...plainColumns(pairs),
      { name: "shared genes", value: (i) => shared[i], cell: (i) => make("button", { type: "button", className: "name", onclick: () => choose({ pair: i }) }, "show") },
    ],
  };
}

function fillView() {
  if (view === "about") fillAbout();
  if (!tables[view]) return;
  const { rows, all, columns } = tableOf(view);
  tables[view].fill({ rows, columns, caption: counted(rows.length) + " of " + counted(all, TITLES[view].replace("Genes", "genes").replace("Pairs", "pairs")) });
}

function fillAbout() {
  const list = make("dl");
  for (const [what, value] of data.facts) list.append(make("dt", {}, what), make("dd", {}, value));
  $("view-about").replaceChildren(
    make("h2", {}, "Where this comes from"), list, ...data.leftOut.map((text) => make("p", {}, text)),
    make("h2", {}, "How to read it"),
    make("p", {}, "A thin line leads from a miRNA to a gene it targets. A thick line joins two miRNAs that share more targets than chance gives, the thicker the more; it is dashed where both have one seed and share targets by construction. An arrow in a miRNA, and a gene drawn as a triangle, point up or down as the expression did. Genes that only one of the miRNAs targets lie around it, genes that several share between them. Positions mean nothing else."),
    make("p", {}, "Evidence: " + data.evidence.map(([, words]) => words).join("; ") + "."),
    make("h2", {}, "Mouse, fingers, keys"),
    make("p", {}, "Drag a node to move it; it stays where it is dropped, and a miRNA takes along the genes that it alone targets. A double click or Escape puts it back, Restore (r) puts all back. A finger drags miRNAs, and a gene once it is chosen. Drag beside the nodes to move the picture; the wheel or two fingers zoom; a double click beside the nodes, Fit or 0 shows all."),
    make("p", {}, "/ searches; n and p go to the next and the previous node, Shift with an arrow key moves the chosen node, arrow keys move the picture, + and − zoom, Escape releases a moved node and clears the choice. Arrow keys on the tabs change the view."),
  );
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

/* ---- search ---- */

const matches = searchBox($("search"), $("matches"), {
  find: (text) => findByName(nNodes, (node) => [nodeName(node), shortName(node)], text),
  label: (node) => nodeName(node) + (isMirna(node) ? "" : " (gene)") + (visible.node[node] ? "" : ", hidden by the filters"),
  none: "No miRNA or gene on this page has this name.",
  go: (node) => {
    $("search").blur();
    openView("network");
    choose({ node });
    fitLit();
  },
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (matches.isOpen()) matches.close(); else onEscape();
});

/* ---- paper and files ---- */

const PAPER_WIDTH = 700, PAPER_ROWS = 60;
const pictureName = () => ["network", ...chosenNodes().map(shortName)].join("_");
const pictureWords = () => [data.subtitle, countsText(), ...filtersSet()].join("; ");

function asSvg(width) {
  const picture = pictureOf(width);
  return svgPicture(picture.width, picture.height, document.title, pictureWords(), picture.paint);
}

const endNames = (nodes) => nodes.map(shortName).join(", ");
const firstReferences = (edge) => {
  const all = referenceList(edges.references[edge]).map((each) => each.text);
  return all.slice(0, 3).join(", ") + (all.length > 3 ? " and " + (all.length - 3) + " more" : "");
};
const valueOf = (table, name) => { const values = column(table, name); return values && { name, value: (row) => values[row], number: isNumeric(values) }; };

/** The tables that belong on paper: of what is chosen, else of the open view, else of miRNAs and pairs. */
function paperTables() {
  const plain = (name, value, number = false) => ({ name, value, number });
  if (chosen?.pair !== undefined) {
    const [a, b] = [pairs.a[chosen.pair], pairs.b[chosen.pair]];
    return [make("h2", {}, nodeName(a) + " and " + nodeName(b)), factList(pairs.columns, chosen.pair), paperTable("Shared targets", [
      plain("gene", ([gene]) => nodeName(gene)), plain(shortName(a), ([, edge]) => evidenceWord(edge) + "; " + firstReferences(edge)), plain(shortName(b), ([, , edge]) => evidenceWord(edge) + "; " + firstReferences(edge)),
    ], sharedOf(chosen.pair), 10 * PAPER_ROWS)];
  }
  if (chosen) {
    const { node } = chosen, isOfMirna = isMirna(node);
    return [
      make("h2", {}, nodeName(node)), isOfMirna ? factList(mirnas.columns, node) : factList(genes.columns, node - nMirnas),
      ...(isOfMirna && partnersOf(node).length ? [paperTable("Partners", [plain("miRNA", ([, other]) => nodeName(other)), plain("shared targets", ([i]) => shared[i], true), plain("FDR", ([i]) => decisiveFdr[i], true), plain("same seed", ([i]) => sameSeed[i])], partnersOf(node), PAPER_ROWS)] : []),
      paperTable(isOfMirna ? "Targets" : "miRNAs", [
        plain(isOfMirna ? "gene" : "miRNA", ([, other]) => nodeName(other)), ...(isOfMirna ? [plain("miRNAs", ([, other]) => edgesOf[other].length, true)] : [plain("direction", ([, other]) => directionOf(other))]),
        plain("evidence", ([i]) => evidenceWord(i)), plain("references", ([i]) => firstReferences(i)),
      ], neighborsOf(node), 10 * PAPER_ROWS),
    ];
  }
  const columnsOf = {
    mirnas: [plain("miRNA", nodeName), ...["regulation", "log2 ratio", "targets", "partners", "synergy", "seed"].map((name) => valueOf(mirnas, name))],
    genes: [plain("gene", (g) => genes.names[g]), valueOf(genes, "regulation"), valueOf(genes, "log2 ratio"), plain("miRNAs", (g) => endNames(neighborsOf(nMirnas + g).map(([, other]) => other)))],
    pairs: [plain("miRNA A", (i) => nodeName(pairs.a[i])), plain("miRNA B", (i) => nodeName(pairs.b[i])), ...["shared targets", "expected", "P", "FDR", "FDR (curveball)", "same seed"].map((name) => valueOf(pairs, name))],
  };
  const paper = (which, rows, most) => paperTable(TITLES[which], columnsOf[which].filter(Boolean), rows, most);
  if (tables[view]) return [paper(view, tables[view].rows(), 10 * PAPER_ROWS)];
  const partners = tableOf("pairs").rows.filter((i) => visible.pair[i]);
  return [paper("mirnas", tableOf("mirnas").rows, PAPER_ROWS), ...(partners.length ? [paper("pairs", partners, PAPER_ROWS)] : [])];
}

function fillPaper() {
  const words = [data.subtitle, ...data.leftOut].join(". "), filters = filtersSet();
  $("paper").replaceChildren(
    make("h1", {}, document.title), make("p", {}, words), make("p", {}, countsText() + (filters.length ? " (" + filters.join("; ") + ")" : "")), asSvg(PAPER_WIDTH), ...paperTables(),
    make("p", { className: "muted" }, data.facts[data.facts.length - 1].join(" ")));
}

addEventListener("beforeprint", fillPaper);
addEventListener("afterprint", () => $("paper").replaceChildren());
$("print").onclick = () => print();
$("save-svg").onclick = () => { saveSvg(pictureName(), asSvg()); say("SVG saved"); };
$("save-png").onclick = () => { const { width, height, paint } = pictureOf(); savePng(pictureName(), width, height, paint); say("PNG saved"); };

/* ---- start ---- */

/** Where a node is in the picture, by its name: for scripts that steer this page. */
canvas.placeOf = (name) => toScreen(range(nNodes).find((node) => nodeName(node) === name));

function restyle() {
  inks = readInks();
  setDrawing(sizes[Number($("size").value)], colorings[Number($("color").value)]);
  showKey();
  redraw();
}

$("subtitle").textContent = data.subtitle + (data.leftOut.length ? ". " + data.leftOut.join(" ") : "");
data.evidence.forEach(([, words], i) => {
  const label = checkbox("evidence-" + i, words.split(":")[0], i);
  label.title = words;
  $("evidence").append(label);
});
for (const [value, words] of [["up", "up"], ["down", "down"], ["", "direction not known"]]) {
  if (regulation.includes(value)) $("directions").append(checkbox("direction-" + (value || "none"), words, value || "none"));
}
$("directions").hidden = new Set(regulation).size < 2;
$("least-mirnas").max = edgesOf.slice(nMirnas).reduce((most, own) => Math.max(most, own.length), 1);
$("least-targets").max = edgesOf.slice(0, nMirnas).reduce((most, own) => Math.max(most, own.length), 0);
$("size").append(...sizes.map(({ name }, i) => make("option", { value: i, defaultSelected: name === "synergy" }, name)));
$("color").append(make("option", { value: -1, defaultSelected: true }, "up or down"), ...colorings.map(({ name }, i) => make("option", { value: i }, name)));
$("filters").addEventListener("input", (event) => { if (event.target.tagName === "INPUT") applyFilters(); });
for (const id of ["size", "color"]) $(id).onchange = restyle;
$("filters").addEventListener("submit", (event) => event.preventDefault());
$("filters-off").onclick = () => { $("filters").reset(); restyle(); applyFilters(); fitAll(); };
$("filters-open").onclick = () => {
  const isOpen = $("filters").classList.toggle("open");
  $("filters-open").setAttribute("aria-expanded", String(isOpen));
};
$("zoom-in").onclick = () => zoom(1.4);
$("zoom-out").onclick = () => zoom(1 / 1.4);
$("fit").onclick = fitAll;
$("restore").onclick = () => { restoreLayout(); say("Layout restored"); };
themeButton($("theme"), restyle);
new ResizeObserver(stageResized).observe(canvas);
restyle();
applyFilters();

/* The network: nodes, edges, pairs, and which of them the filters leave. A node is a number: miRNAs first, then genes. */

const data = JSON.parse($("data").textContent);
const { mirnas, genes, edges, pairs } = data;
const nMirnas = mirnas.names.length, nGenes = genes.names.length, nNodes = nMirnas + nGenes;
const range = (n) => [...Array(n).keys()];
const column = (table, name) => table.columns.find((each) => each.name === name)?.values;
const isMirna = (node) => node < nMirnas;
const nodeName = (node) => (isMirna(node) ? mirnas.names[node] : genes.names[node - nMirnas]);
const withoutSpecies = (part) => (data.species && part.startsWith(data.species) ? part.slice(data.species.length) : part);
const shortNames = range(nNodes).map((node) => isMirna(node) && data.species ? nodeName(node).split("/").map((part) => withoutSpecies(part.trim())).join("/") : nodeName(node));
const shortName = (node) => shortNames[node];

const regulation = column(mirnas, "regulation") ?? mirnas.names.map(() => "");
const geneRegulation = column(genes, "regulation") ?? genes.names.map(() => "");
const directionOf = (node) => (isMirna(node) ? regulation[node] : geneRegulation[node - nMirnas]);
const significant = column(pairs, "significant");
const sameSeed = column(pairs, "same seed");
const shared = column(pairs, "shared targets");
const decisiveFdr = column(pairs, "FDR (curveball)") ?? column(pairs, "FDR");

const edgesOf = range(nNodes).map(() => []);
edges.mirna.forEach((m, i) => { edgesOf[m].push(i); edgesOf[nMirnas + edges.gene[i]].push(i); });
const pairsOf = range(nMirnas).map(() => []);
pairs.a.forEach((a, i) => { pairsOf[a].push(i); pairsOf[pairs.b[i]].push(i); });
const otherEnd = (edge, node) => (isMirna(node) ? nMirnas + edges.gene[edge] : edges.mirna[edge]);
/** The genes that this miRNA alone targets: they lie around it and move with it. */
const privateGenes = (mirna) => edgesOf[mirna].map((i) => nMirnas + edges.gene[i]).filter((gene) => edgesOf[gene].length === 1);

// What is drawn of more: pairs of smallest P; lines of the strongest evidence, then of the genes in which most miRNAs meet.
const LINES_DRAWN = 20_000, PAIRS_DRAWN = 2000;
const inOrder = range(edges.mirna.length).sort((a, b) => edges.evidence[a] - edges.evidence[b] || edges.gene[a] - edges.gene[b] || a - b);

const visible = { node: new Uint8Array(nNodes), edge: new Uint8Array(edges.mirna.length), pair: new Uint8Array(pairs.a.length) };
let shownNodes = [], drawnEdges = [], drawnPairs = [];
const flagged = (flags, from = 0, to = flags.length) => flags.subarray(from, to).reduce((sum, each) => sum + each, 0);

/** Set what is visible; returns true where that changed which nodes are. */
function filterNetwork({ level, direction, kinds, leastMirnas, leastTargets }) {
  const before = shownNodes.join();
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
  shownNodes = range(nNodes).filter((node) => visible.node[node]);
  drawnEdges = inOrder.filter((i) => visible.edge[i]).slice(0, LINES_DRAWN);
  drawnPairs = range(pairs.a.length).filter((i) => visible.pair[i]).slice(0, PAIRS_DRAWN);
  return before !== shownNodes.join();
}

function partnersOf(mirna) {
  return pairsOf[mirna].filter((i) => visible.pair[i]).map((i) => [i, pairs.a[i] === mirna ? pairs.b[i] : pairs.a[i]]);
}

function neighborsOf(node) {
  const near = edgesOf[node].filter((i) => visible.edge[i]).map((i) => [i, otherEnd(i, node)]);
  return near.sort((a, b) => edgesOf[b[1]].length - edgesOf[a[1]].length || (nodeName(a[1]) < nodeName(b[1]) ? -1 : 1));
}

/** The genes that both miRNAs of a pair target, each with the edges of both. */
function sharedOf(pair) {
  const ofA = new Map(neighborsOf(pairs.a[pair]).map(([i, gene]) => [gene, i]));
  return neighborsOf(pairs.b[pair]).filter(([, gene]) => ofA.has(gene)).map(([i, gene]) => [gene, ofA.get(gene), i]);
}

/** What stays bright while a node or a pair is chosen; null where everything does. */
function litBy(chosen) {
  if (chosen === null) return null;
  const lit = { nodes: new Set(), edges: new Set(), pairs: new Set() };
  if (chosen.pair !== undefined) {
    lit.nodes.add(pairs.a[chosen.pair]).add(pairs.b[chosen.pair]);
    lit.pairs.add(chosen.pair);
    for (const [gene, ofA, ofB] of sharedOf(chosen.pair)) { lit.nodes.add(gene); lit.edges.add(ofA).add(ofB); }
    return lit;
  }
  lit.nodes.add(chosen.node);
  for (const [i, other] of neighborsOf(chosen.node)) { lit.nodes.add(other); lit.edges.add(i); }
  if (isMirna(chosen.node)) for (const [i, other] of partnersOf(chosen.node)) { lit.nodes.add(other); lit.pairs.add(i); }
  return lit;
}

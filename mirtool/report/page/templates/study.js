/* The report of a study: tables that sort, comparisons to look into, search, theme. */

const DATA = JSON.parse($("data").textContent);
const explorers = [];

for (const place of document.querySelectorAll(".explorer")) {
  const contrast = DATA.contrasts.find(({ key }) => key === place.dataset.contrast);
  const tablePlace = document.querySelector('[data-table="' + contrast.key + '"]');
  explorers.push(explorer(place, tablePlace, contrast, DATA.tables[contrast.key], DATA));
}

for (const place of document.querySelectorAll("[data-table]")) {
  const data = DATA.tables[place.dataset.table];
  if (DATA.contrasts.some(({ key }) => key === place.dataset.table)) continue;
  const label = place.parentElement.querySelector("h4").textContent, columns = tableColumns(data);
  const all = [...columns[0].values.keys()];
  const table = sortableTable(place, label, 10);
  const fill = (wanted = "") => {
    const rows = wanted ? all.filter((i) => columns.some(({ value, name }) => written(value(i), name).toLowerCase().includes(wanted))) : all;
    table.fill({ rows, columns, caption: counted(rows.length) + " of " + counted(all.length, "rows") });
  };
  if (all.length > 10) {
    const filter = make("input", { type: "search", placeholder: "part of any cell", autocomplete: "off" });
    filter.addEventListener("input", () => fill(filter.value.trim().toLowerCase()));
    place.before(make("div", { className: "tools" }, make("label", {}, "Filter", filter)));
  }
  fill();
}

const showEverywhere = (id) => explorers.forEach((each) => each.show(id));
if (explorers.length) {
  const [first] = explorers;
  $("finder").hidden = false;
  searchBox($("search"), $("matches"), {
    find: (text) => findByName(first.n, first.names, text),
    label: (i) => first.names(i).join(" · "),
    none: "No " + DATA.row + " on this page has this name.",
    go: (i) => {
      showEverywhere(first.names(i)[1]);
      document.querySelector(".explorer").scrollIntoView();
    },
  });
  // For tests, and for whoever looks into the page: where a probe is drawn.
  document.querySelector(".explorer").placeOf = (name, n = 0) => first.place(n, [...Array(first.n).keys()].find((i) => first.names(i)[0] === name));
}

const heat = DATA.heatMap && $("heat-map") && heatMap($("heat-map"), DATA.heatMap, DATA, showEverywhere);
const pictures = [...document.querySelectorAll("[data-components]")].map((place) => componentPlot(place, DATA.tables[place.dataset.components], DATA));

$("theme").hidden = false;
themeButton($("theme"), () => { explorers.forEach((each) => each.redraw()); heat?.(); pictures.forEach((draw) => draw()); });
if (matchMedia("(max-width: 860px)").matches) document.querySelector("nav details").open = false;

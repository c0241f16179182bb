/* Tables that sort by any heading. A column is {name, title, value(row), cell(row), number}; cell makes what is shown, title says what it means. */

const LONG_TEXT = 40;

function compareValues(a, b) {
  return typeof a === "string" && typeof b === "string" ? a.localeCompare(b, "en", { numeric: true }) : a - b;
}

/** A table in `place`, so many rows at once; returns {fill({rows, caption, columns}), rows(), columns()}: what is shown, in its order. */
function sortableTable(place, label, step = SHOWN_AT_ONCE) {
  let by = null, shown = { rows: [], caption: "", columns: [] };
  const isMissing = (value) => value === null || value === undefined || value === "";

  function sortedRows() {
    if (!by || !shown.columns[by.column]) return shown.rows;
    const { value } = shown.columns[by.column];
    // What is missing comes last both ways.
    return [...shown.rows].sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      if (isMissing(x) || isMissing(y)) return isMissing(x) - isMissing(y) || a - b;
      return (by.down ? compareValues(y, x) : compareValues(x, y)) || a - b;
    });
  }

  function fill(next = shown) {
    shown = next;
    const { columns, caption } = shown;
    const heads = columns.map(({ name, number, title = "" }, i) => {
      const state = by && by.column === i ? (by.down ? "descending" : "ascending") : "none";
      const button = make("button", { type: "button", title }, name + { none: "", ascending: " ▲", descending: " ▼" }[state]);
      button.onclick = () => {
        // Large numbers come first, small P do.
        by = { column: i, down: state === "none" ? Boolean(number) && !isP(name) : state === "ascending" };
        fill();
        place.querySelectorAll("thead button")[i].focus();
      };
      return make("th", { scope: "col", "aria-sort": state, className: number ? "number" : "" }, button);
    });
    const body = make("tbody");
    const more = growing(body, sortedRows(), (row) => tableRow(columns, row), step);
    const table = make("table", {}, make("caption", {}, caption, make("span", {}, ". Choose a heading to sort.")), make("thead", {}, make("tr", {}, ...heads)), body);
    place.replaceChildren(make("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": label }, table), more);
  }
  return { fill, rows: sortedRows, columns: () => shown.columns };
}

function tableRow(columns, row) {
  return make("tr", {}, ...columns.map(({ name, value, cell, number }) => {
    const text = written(value(row), name);
    return make("td", { className: number ? "number" : text.length > LONG_TEXT ? "long" : "" }, cell ? cell(row) : text);
  }));
}

/* For paper and slides: tables without buttons, pictures as PNG. */

const PNG_WIDTH = 2000;

/** A table for paper: no buttons, so many rows at most, and a line that counts the rest. */
function paperTable(title, columns, rows, most) {
  const plain = columns.map(({ name, value, number }) => ({ name, value, number }));
  const table = make("table", {},
    make("thead", {}, make("tr", {}, ...plain.map(({ name, number }) => make("th", { scope: "col", className: number ? "number" : "" }, name)))),
    make("tbody", {}, ...rows.slice(0, most).map((row) => tableRow(plain, row))));
  const rest = rows.length > most ? make("p", { className: "muted" }, "and " + counted(rows.length - most) + " more rows, which the tables have") : null;
  return make("section", {}, make("h2", {}, title), table, rest);
}

/** Save what `paint(pen)` draws as PNG: at least twice as many pixels as on the screen, and 2,000 across where that is no more than six times. */
function savePng(name, width, height, paint) {
  const ratio = Math.min(6, Math.max(2, Math.ceil(PNG_WIDTH / width)));
  const canvas = make("canvas", { width: Math.round(width * ratio), height: Math.round(height * ratio) });
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, width, height);
  paint(canvasPen(context));
  canvas.toBlob((blob) => saveFile(fileName(name) + ".png", blob), "image/png");
}

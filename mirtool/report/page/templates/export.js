/* Pictures as files: drawn once more by a pen, on white, and handed to the browser as a download. */

const fileName = (text) => text.replace(/[^A-Za-z0-9._-]+/g, "_").replace(/^[._]+/, "").slice(0, 80) || "picture";

function saveFile(name, blob) {
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 30_000);
}

/** An SVG element on which `paint(pen)` has drawn; titles are read by programs and screen readers. */
function svgPicture(width, height, title, description, paint) {
  const svg = svgElement("svg", { width, height, viewBox: "0 0 " + width + " " + height, role: "img" });
  svg.append(svgElement("title"), svgElement("desc"), svgElement("rect", { width, height, fill: "#ffffff" }));
  svg.children[0].textContent = xmlText(title);
  svg.children[1].textContent = xmlText(description);
  paint(svgPen(svg));
  return svg;
}

function saveSvg(name, svg) {
  svg.setAttribute("xmlns", SVG_SPACE);
  const text = '<?xml version="1.0" encoding="UTF-8"?>\n' + new XMLSerializer().serializeToString(svg) + "\n";
  saveFile(fileName(name) + ".svg", new Blob([text], { type: "image/svg+xml" }));
}

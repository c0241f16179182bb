/* Two pens with one vocabulary: what draws with them appears on a canvas, or becomes an SVG with every style in it.

A style is {fill, stroke, width, alpha, dash}. Many shapes of one style go into one call, as flat lists of numbers. */

const FONT = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif";
const SVG_SPACE = "http://www.w3.org/2000/svg";
const fontOf = (size, bold) => (bold ? "bold " : "") + size + "px " + FONT;

const textWidth = (() => {
  const pen = document.createElement("canvas").getContext("2d"), known = new Map();
  return (text, size, bold = false) => {
    const key = size + (bold ? "b" : "") + text;
    if (!known.has(key)) { pen.font = fontOf(size, bold); known.set(key, pen.measureText(text).width); }
    return known.get(key);
  };
})();

/** The corners of a triangle that points up or down. */
const triangle = (x, y, r, up) => {
  const [wide, high] = [r * 0.87, up ? -r : r];
  return [x - wide, y - high / 2, x + wide, y - high / 2, x, y + high];
};

function canvasPen(context) {
  function ink({ fill, stroke, width = 1, alpha = 1, dash = [] }, ...path) {
    context.globalAlpha = alpha;
    if (stroke) { context.strokeStyle = stroke; context.lineWidth = width; context.setLineDash(dash); context.stroke(...path); }
    if (fill) { context.fillStyle = fill; context.fill(...path); }
  }
  return {
    path(d, style) { ink(style, new Path2D(d)); },
    lines(ends, style) {
      context.beginPath();
      for (let i = 0; i < ends.length; i += 4) { context.moveTo(ends[i], ends[i + 1]); context.lineTo(ends[i + 2], ends[i + 3]); }
      ink(style);
    },
    dots(places, style) {
      context.beginPath();
      for (let i = 0; i < places.length; i += 3) {
        context.moveTo(places[i] + places[i + 2], places[i + 1]);
        context.arc(places[i], places[i + 1], places[i + 2], 0, 2 * Math.PI);
      }
      ink(style);
    },
    triangles(places, up, style) {
      context.beginPath();
      for (let i = 0; i < places.length; i += 3) {
        const [ax, ay, bx, by, cx, cy] = triangle(places[i], places[i + 1], places[i + 2], up);
        context.moveTo(ax, ay); context.lineTo(bx, by); context.lineTo(cx, cy); context.closePath();
      }
      ink(style);
    },
    box(x, y, width, height, style) {
      context.beginPath();
      context.rect(x, y, width, height);
      ink(style);
    },
    text(text, x, y, { size, bold, fill, halo }) {
      context.font = fontOf(size, bold);
      context.globalAlpha = 1;
      if (halo) { context.strokeStyle = halo; context.lineWidth = 3; context.lineJoin = "round"; context.setLineDash([]); context.strokeText(text, x, y); }
      context.fillStyle = fill;
      context.fillText(text, x, y);
    },
  };
}

function svgElement(tag, attributes = {}) {
  const element = document.createElementNS(SVG_SPACE, tag);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(key, value);
  return element;
}

function svgPen(parent) {
  const digits = (value) => Math.round(value * 100) / 100;
  const ink = ({ fill, stroke, width = 1, alpha = 1, dash = [] }) => ({
    fill: fill ?? "none", stroke, "stroke-width": stroke && digits(width), "stroke-dasharray": dash.length ? dash.join(" ") : undefined,
    opacity: alpha < 1 ? digits(alpha) : undefined,
  });
  const add = (tag, attributes) => { const element = svgElement(tag, attributes); parent.append(element); return element; };
  return {
    path(d, style) { add("path", { d, ...ink(style) }); },
    lines(ends, style) {
      let path = "";
      for (let i = 0; i < ends.length; i += 4) path += "M" + digits(ends[i]) + " " + digits(ends[i + 1]) + "L" + digits(ends[i + 2]) + " " + digits(ends[i + 3]);
      if (path) add("path", { d: path, ...ink(style) });
    },
    dots(places, style) {
      for (let i = 0; i < places.length; i += 3) add("circle", { cx: digits(places[i]), cy: digits(places[i + 1]), r: digits(places[i + 2]), ...ink(style) });
    },
    triangles(places, up, style) {
      for (let i = 0; i < places.length; i += 3) add("polygon", { points: triangle(places[i], places[i + 1], places[i + 2], up).map(digits).join(" "), ...ink(style) });
    },
    box(x, y, width, height, style) {
      add("rect", { x: digits(x), y: digits(y), width: digits(width), height: digits(height), ...ink(style) });
    },
    text(text, x, y, { size, bold, fill, halo }) {
      // A box behind the text: not every program knows a stroke that lies under the letters.
      if (halo) add("rect", { x: digits(x - 1), y: digits(y - size * 0.85), width: digits(textWidth(text, size, bold) + 2), height: digits(size * 1.1), fill: halo, "fill-opacity": 0.75 });
      add("text", { x: digits(x), y: digits(y), "font-family": FONT, "font-size": size, "font-weight": bold ? "bold" : undefined, fill }).textContent = xmlText(text);
    },
  };
}

/** A text without the characters that XML does not allow. */
const xmlText = (text) => text.replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd");

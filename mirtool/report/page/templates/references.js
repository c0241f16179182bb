/* References as links, and lists that grow. */

const REFERENCES = 6;

const referenceList = (text) => text.split(";").map((part) => part.trim()).filter(Boolean).map((each) => {
  const id = /^(?:PMID:?\s*)?(\d{1,9})$/i.exec(each);
  return { text: id ? "PMID " + id[1] : each, id: id && id[1] };
});

/** References separated by semicolons: PubMed numbers as links, everything else as text. */
function references(text) {
  const all = referenceList(text), line = make("div", { className: "references" });
  if (!all.length) { line.append("no reference given"); return line; }
  const show = (from, to) => all.slice(from, to).map((each) => each.id === null
    ? make("span", {}, each.text)
    : make("a", { href: "https://pubmed.ncbi.nlm.nih.gov/" + each.id + "/", target: "_blank", rel: "noopener noreferrer" }, each.text));
  line.append(...show(0, REFERENCES));
  if (all.length > REFERENCES) {
    const more = make("button", { type: "button", className: "name" }, (all.length - REFERENCES) + " more");
    more.onclick = () => more.replaceWith(...show(REFERENCES));
    line.append(more);
  }
  return line;
}

function longList(entries, entry) {
  const list = make("ul", { className: "list" });
  return [list, growing(list, entries, (each) => make("li", {}, ...entry(each)))];
}

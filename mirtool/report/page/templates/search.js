/* A box that finds things by any part of their name. */

const MATCHES = 12;

/** `find(text)` gives what matches, the closest first; `label` names one, `go` leads to it; `none` says that nothing was found. */
function searchBox(input, list, { find, label, go, none }) {
  const close = () => { list.hidden = true; };
  const choose = (each) => { close(); go(each); };

  input.addEventListener("input", () => {
    const found = find(input.value);
    const entries = found.slice(0, MATCHES).map((each) => make("li", {}, make("button", { type: "button", onclick: () => choose(each) }, label(each))));
    if (found.length > MATCHES) entries.push(make("li", { className: "muted" }, counted(found.length - MATCHES, "more")));
    if (!found.length && input.value.trim()) entries.push(make("li", { className: "muted" }, none));
    list.replaceChildren(...entries);
    list.hidden = !entries.length;
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") { const [first] = find(input.value); if (first !== undefined) choose(first); event.preventDefault(); }
    if (event.key === "ArrowDown") { list.querySelector("button")?.focus(); event.preventDefault(); }
  });
  list.addEventListener("keydown", (event) => {
    const way = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    if (!way) return;
    (document.activeElement.parentElement[way]?.querySelector("button") ?? input).focus();
    event.preventDefault();
  });
  document.addEventListener("click", (event) => { if (!list.parentElement.contains(event.target)) close(); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) { event.preventDefault(); input.focus(); }
  });
  return { close, isOpen: () => !list.hidden };
}

/** Which of `names(i)` hold a text, whatever its case: equal ones first, then those that begin with it. */
function findByName(n, names, text) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [];
  const closeness = (name) => (name === wanted ? 0 : name.startsWith(wanted) ? 1 : name.includes(wanted) ? 2 : 3);
  return [...Array(n).keys()]
    .map((i) => [i, Math.min(...names(i).map((name) => closeness(name.toLowerCase())))])
    .filter(([, far]) => far < 3)
    .sort((a, b) => a[1] - b[1] || a[0] - b[0])
    .map(([i]) => i);
}

// The steps of the history that are lists shown by this page: what each showed, and where the visitor
// was on it.

const KEPT = 20; // to go back to at once
const places = new Map();
let at = history.state?.at ?? 0;

export let address = here();

// The browser restores the place on a page that it loads again; on one that is changed, it could not.
addEventListener("pagehide", () => (history.scrollRestoration = "auto"));

export function here() {
  return location.href.replace(/#.*/, "");
}

// Where the visitor is. What is shown is what came from the server, or the page as it was loaded.
export function place(shown) {
  return { page: shown ?? copy(), address, scroll: scrollY, focus: selector(document.activeElement) };
}

// Of no window, so that its pictures are not loaded.
function copy() {
  const made = document.implementation.createHTMLDocument(document.title);
  made.body.replaceWith(made.importNode(document.body, true));
  return made;
}

export function push(left, url) {
  keep(left);
  history.scrollRestoration = "manual";
  history.replaceState({ at, scroll: left.scroll, focus: left.focus }, "");
  at += 1;
  address = url;
  history.pushState({ at }, "", url);
}

// The browser has stepped to another address; what was there, if it is still known.
export function stepTo(state, left) {
  keep(left);
  at = state?.at ?? 0;
  address = here();
  const known = places.get(at);
  return known?.address === address ? known : null;
}

function keep(left) {
  places.delete(at);
  places.set(at, left);
  if (places.size > KEPT) places.delete(places.keys().next().value);
}

// How to find an element again.
function selector(element) {
  const item = element.closest("[data-id]");
  if (item) return `[data-id="${item.dataset.id}"] [data-card]`;
  if (element.id) return `#${CSS.escape(element.id)}`;
  if (element.name) return `[name="${element.name}"][value="${CSS.escape(element.value)}"]`;
  return element.dataset.testid ? `[data-testid="${element.dataset.testid}"]` : "";
}

export function focusOn(wanted) {
  if (wanted) document.querySelector(wanted)?.focus({ preventScroll: true });
}

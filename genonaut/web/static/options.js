// The options: a change submits the form, and the next page keeps the focus and scroll position.

const MEMORY = "genonaut-left-at";
const wide = matchMedia("(width >= 60rem)");
const drawer = document.getElementById("gallery-options");
const button = document.querySelector("[data-testid=gallery-options-toggle-button]");
const filters = document.querySelector("[data-filters]");

// --- Choosing without a button

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-submits]")) target.form.requestSubmit();
  // In the drawer of a phone the visitor chooses several options before submitting.
  else if (wide.matches && filters?.contains(target) && target.type !== "search") choose();
});

function choose() {
  const left = { focus: selector(document.activeElement), scroll: drawer.scrollTop };
  sessionStorage.setItem(MEMORY, JSON.stringify(left));
  filters.requestSubmit();
}

// How to find the same element on the next page.
function selector(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  return element.name ? `[name=${element.name}][value="${CSS.escape(element.value)}"]` : "";
}

if (filters) {
  const left = JSON.parse(sessionStorage.getItem(MEMORY) ?? "null");
  sessionStorage.removeItem(MEMORY);
  if (left && wide.matches) {
    drawer.scrollTop = left.scroll;
    if (left.focus) document.querySelector(left.focus)?.focus({ preventScroll: true });
  }
}

// --- Opening and closing: a drawer on phones, a column on wide screens

export function openOptions() {
  if (drawer.dataset.open === "false") button.click();
}

if (drawer) {
  const COLUMN = "genonaut-options-column";
  const show = (open) => {
    drawer.dataset.open = open;
    button.setAttribute("aria-expanded", open);
  };
  const arrange = () => {
    if (drawer.matches(":popover-open")) drawer.hidePopover();
    show(wide.matches ? localStorage.getItem(COLUMN) !== "closed" : false);
  };
  drawer.addEventListener("toggle", (event) => {
    if (!wide.matches) show(event.newState === "open");
  });
  button.addEventListener("click", (event) => {
    if (!wide.matches) return; // the browser opens the drawer
    event.preventDefault();
    show(drawer.dataset.open !== "true");
    localStorage.setItem(COLUMN, drawer.dataset.open === "true" ? "open" : "closed");
  });
  wide.addEventListener("change", arrange);
  arrange();
}

// The options: a change submits the form.

const wide = matchMedia("(width >= 60rem)");
const drawer = document.getElementById("gallery-options");
const button = document.querySelector("[data-testid=gallery-options-toggle-button]");
const filters = document.querySelector("[data-filters]");

// --- Choosing without a button

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-submits]")) target.form.requestSubmit();
  // In the drawer of a phone the visitor chooses several options before submitting.
  else if (wide.matches && filters?.contains(target) && target.type !== "search") filters.requestSubmit();
});

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

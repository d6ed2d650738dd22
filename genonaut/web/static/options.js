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
  // In a cookie: a page comes with its column closed, instead of closing it before the reader's eyes.
  const COLUMN = "genonaut_options";
  const YEAR_SECONDS = 31_536_000;
  let isColumn = !document.cookie.includes(`${COLUMN}=closed`); // on the way back a page may be older
  const show = (open) => {
    drawer.dataset.open = open;
    button.setAttribute("aria-expanded", open);
  };
  const arrange = () => {
    if (drawer.matches(":popover-open")) drawer.hidePopover();
    show(wide.matches && isColumn);
  };
  drawer.addEventListener("toggle", (event) => {
    if (!wide.matches) show(event.newState === "open");
  });
  button.addEventListener("click", (event) => {
    if (!wide.matches) return; // the browser opens the drawer
    event.preventDefault();
    show((isColumn = !isColumn));
    document.cookie = `${COLUMN}=${isColumn ? "open" : "closed"}; path=/gallery; max-age=${YEAR_SECONDS}; samesite=lax`;
  });
  wide.addEventListener("change", arrange);
  arrange();
}

// Passwords can be shown, and the menu closes as menus do.

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-shows]");
  if (button) show(button, button.getAttribute("aria-pressed") !== "true");
  for (const menu of document.querySelectorAll(".who[open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
});

document.addEventListener("keydown", ({ key }) => {
  const menu = document.querySelector(".who[open]");
  if (key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// A browser that stores the password looks for a field of that type.
document.addEventListener("submit", ({ target }) => {
  for (const button of target.querySelectorAll("[data-shows]")) show(button, false);
});

function show(button, shown) {
  document.getElementById(button.dataset.shows).type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", shown);
}

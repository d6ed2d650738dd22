// Passwords can be shown, menus and questions close as they do elsewhere, and the way back ends at signing out.

const SIGNED_OUT = "genonaut-signed-out";
const loaded = Date.now();

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-shows]");
  if (button) show(button, button.getAttribute("aria-pressed") !== "true");
  for (const menu of document.querySelectorAll(".who[open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
});

// "Cancel" closes what it is in; without script it leads to the page as it was.
document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-closes]")?.closest("details");
  if (!box) return;
  event.preventDefault();
  box.open = false;
  box.querySelector("summary").focus();
});

document.addEventListener("keydown", ({ key }) => {
  const menu = document.querySelector(".who[open]");
  if (key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// A browser that stores the password looks for a field of that type.
document.addEventListener("submit", ({ target }) => {
  if (target.matches("[data-signs-out]")) localStorage.setItem(SIGNED_OUT, Date.now());
  for (const button of target.querySelectorAll("[data-shows]")) show(button, false);
});

// Browsers keep no page of a signed-in user, except that some do without https.
addEventListener("pageshow", ({ persisted }) => {
  if (!persisted || Number(localStorage.getItem(SIGNED_OUT)) < loaded) return;
  document.documentElement.hidden = true;
  location.reload();
});

function show(button, shown) {
  document.getElementById(button.dataset.shows).type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", shown);
}

// Copying with one click; what happened is said where screen readers hear it.

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});

export async function copy(button) {
  if (!button) return;
  const name = button.dataset.copy;
  const text = [...document.querySelectorAll("[data-copied]")].find((one) => one.dataset.copied === name);
  const place = document.querySelector("[data-said]");
  try {
    await write(text);
    place.textContent = `${name.replace(/ \d+$/, "")}: copied.`;
    button.dataset.done = "";
    setTimeout(() => delete button.dataset.done, 1500);
  } catch {
    place.textContent = "The browser does not let this page copy: select the text instead.";
  }
}

// Over plain HTTP from another machine there is no clipboard but that of the selection.
async function write(element) {
  if (navigator.clipboard) return navigator.clipboard.writeText(element.textContent);
  getSelection().selectAllChildren(element);
  const done = document.execCommand("copy");
  getSelection().removeAllRanges();
  if (!done) throw new Error("refused");
}

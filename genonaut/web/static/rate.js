// Rating by a click or a key: shown at once, then saved; and as it was, if that fails. Without
// script the form has a button.

import { listen } from "./keys.js";

const wanted = new Map(); // by item, what to save next: only the newest counts
const saving = new Set();

document.addEventListener("change", ({ target }) => {
  const form = formOf(target);
  if (form) rate(form.dataset.rate, Number(target.value));
});

// The star that is chosen already takes the rating away.
document.addEventListener("click", ({ target }) => {
  const form = formOf(target);
  if (form && Number(target.value) === own(form.dataset.rate)) rate(form.dataset.rate, 0);
});

listen(Object.fromEntries([0, 1, 2, 3, 4, 5].map((value) => [value, () => byKey(value)])), {});

function formOf(target) {
  return target.matches("[type=radio]") ? target.closest("[data-rate]") : null;
}

// The item that a key is about: the page's own, or that of the card with the focus.
function byKey(value) {
  if (!document.querySelector("main[data-rates]")) return false;
  const item = document.querySelector("[data-look] [data-rate]")?.dataset.rate
    ?? document.activeElement.closest("[data-id]")?.dataset.id;
  if (!item) return false;
  rate(item, value === own(item) ? 0 : value);
  return true;
}

const places = (item) => document.querySelectorAll(`[data-rate="${item}"], [data-rated="${item}"]`);

// What is shown, saved or not.
function own(item) {
  return Number([...places(item)].find((place) => place.dataset.shown)?.dataset.shown ?? saved(item));
}

function saved(item) {
  return Number([...places(item)].find((place) => place.dataset.own)?.dataset.own ?? 0);
}

async function rate(item, value) {
  show(item, value);
  wanted.set(item, value);
  if (saving.has(item)) return;
  saving.add(item);
  try {
    while (wanted.has(item)) await save(item);
  } catch {
    wanted.delete(item);
    show(item, saved(item));
    say("The rating was not saved, and is as it was. Try again, or reload the page.");
  } finally {
    saving.delete(item);
  }
}

async function save(item) {
  const value = wanted.get(item);
  wanted.delete(item);
  const response = await fetch(`/gallery/items/${item}/rating`, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams(value ? { value } : { away: 1 }),
  });
  if (!response.ok) throw new Error(`${response.status}`);
  const rated = await response.json();
  for (const place of places(item)) place.dataset.own = rated.own ?? 0;
  if (wanted.has(item)) return;
  show(item, rated.own ?? 0);
  for (const place of document.querySelectorAll(`[data-rated="${item}"]`)) tell(place, rated);
  say(rated.own ? `Rated ${rated.own} of 5. ${rated.words}.` : `Your rating is taken away. ${rated.words}.`);
}

function show(item, value) {
  for (const place of places(item)) {
    place.dataset.shown = value;
    place.classList.toggle("rated--own", value > 0 && "rated" in place.dataset);
    for (const star of place.querySelectorAll("[type=radio]")) star.checked = Number(star.value) === value;
  }
}

function tell(place, rated) {
  place.hidden = !rated.mean;
  place.title = rated.words;
  place.querySelector("[data-mean]").textContent = rated.mean;
  place.querySelector("[data-words]").textContent = rated.words;
}

function say(text) {
  document.querySelector("[data-said]").textContent = text;
}

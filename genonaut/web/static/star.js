// Favourites: a star is set at once, and put back if the gallery refuses. Without script it is the
// button of a form.

import { listen } from "./keys.js";

const SECONDS = 6; // that an error is in sight
const REASONS = {
  401: "You are signed out: sign in, and press the star again.",
  404: "This picture is not there any more.",
};
const LATER = "The gallery did not take it: try again in a moment.";
const numbers = new Intl.NumberFormat("en-US");
let queue = Promise.resolve(); // in the order of the presses
let timer = 0;

document.addEventListener("click", (event) => {
  const star = event.target.closest("[data-star]");
  if (!star) return;
  event.preventDefault();
  toggle(star);
});

listen({ f: () => toggle(nearest("[data-star]")) }, {});

// Of the item that has the focus, that is looked at, or below the pointer.
export function nearest(what) {
  if (document.querySelector("dialog[open]")) return null;
  const place = document.activeElement.closest("[data-id]") ?? document.querySelector("[data-look], [data-id]:hover");
  return place?.querySelector(what);
}

function toggle(star) {
  if (!star) return false;
  const wanted = !isPressed(star);
  press(star, wanted);
  queue = queue.then(() => keep(star, wanted));
  return true;
}

async function keep(star, wanted) {
  if (isPressed(star) !== wanted) return; // pressed again meanwhile: that one is kept
  try {
    // The albums that it left come back with it.
    const sent = wanted ? { favourite: "yes", albums: star.dataset.left ?? "" } : { favourite: "no" };
    const told = await post(star.formAction, new URLSearchParams(sent));
    star.dataset.left = told.albums;
    showNumber(told.favourites);
    say(told.said);
  } catch (error) {
    press(star, !wanted);
    complain(error.message);
  }
}

// What the gallery says to it.
export async function post(url, body) {
  const sending = fetch(url, { method: "POST", headers: { Accept: "application/json" }, body });
  const response = await sending.catch(() => null);
  const told = await response?.json().catch(() => null); // most errors are pages
  if (!response?.ok) throw new Error(told?.detail ?? REASONS[response?.status] ?? LATER);
  return told;
}

const isPressed = (star) => star.getAttribute("aria-pressed") === "true";

export function press(star, isOn) {
  star.setAttribute("aria-pressed", isOn);
  star.value = isOn ? "no" : "yes";
}

export function showNumber(number) {
  for (const place of document.querySelectorAll("[data-favourites]")) place.textContent = numbers.format(number);
}

export function say(text) {
  tell(text, false);
}

function complain(text) {
  tell(text, true);
}

// To screen readers; an error to all.
function tell(text, isError) {
  const place = document.querySelector("[data-said]");
  clearTimeout(timer);
  place.textContent = text;
  place.className = isError ? "told" : "hidden";
  if (isError) timer = setTimeout(() => (place.className = "hidden"), SECONDS * 1000);
}

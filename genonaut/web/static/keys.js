// Single keys, and the arrows among the results. What a key does natively still works.

import { toggleCounts } from "./counts.js";
import { openOptions } from "./options.js";

const OFF = "genonaut-keys-off";
const TYPING = "input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]";
const MOVING = `${TYPING}, input, [role=group][tabindex], [popover]:popover-open *`;
const help = document.getElementById("gallery-help");
const setting = document.querySelector("[data-keys]");

const SINGLE = {
  j: () => move(1),
  k: () => move(-1),
  "/": () => search(),
  i: () => toggleCounts(),
  "?": () => help?.togglePopover(),
};
export const ARROWS = {
  ArrowRight: () => move(1),
  ArrowLeft: () => move(-1),
  ArrowDown: () => current() >= 0 && moveRow(1),
  ArrowUp: () => current() >= 0 && moveRow(-1),
};

if (setting) {
  setting.checked = !localStorage.getItem(OFF);
  setting.addEventListener("change", () => {
    if (setting.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
}

listen(SINGLE, ARROWS);

// Those of a page as well. An action that returns false had nothing to do.
export function listen(singles, arrows) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const single = singles[event.key];
    const act = single ?? (event.shiftKey ? undefined : arrows[event.key]);
    if (!act || (single && localStorage.getItem(OFF))) return;
    if (event.target.closest(single ? TYPING : MOVING)) return;
    if (act() !== false) event.preventDefault();
  });
}

const cards = () => [...document.querySelectorAll("[data-card]")];
const current = () => cards().indexOf(document.activeElement);

function move(step) {
  if (!cards().length) return false;
  const from = current();
  return focus(from < 0 ? 0 : from + step);
}

// The card in the next row that is nearest to straight below.
function moveRow(step) {
  const from = document.activeElement.closest("li").getBoundingClientRect();
  const places = cards().map((card) => card.closest("li").getBoundingClientRect());
  const beyond = places.filter((place) => (place.top - from.top) * step > 1);
  if (!beyond.length) return false;
  const row = step > 0 ? Math.min(...beyond.map((place) => place.top)) : Math.max(...beyond.map((place) => place.top));
  const inRow = beyond.filter((place) => Math.abs(place.top - row) < 1);
  const nearest = inRow.reduce((a, b) => (Math.abs(b.left - from.left) < Math.abs(a.left - from.left) ? b : a));
  return focus(places.indexOf(nearest));
}

function focus(index) {
  const card = cards()[Math.min(Math.max(index, 0), cards().length - 1)];
  card.focus({ preventScroll: true });
  card.closest("li").scrollIntoView({ block: "nearest" });
  return true;
}

function search() {
  const box = document.getElementById("search");
  if (!box) return false;
  openOptions();
  box.focus();
  box.select();
  return true;
}

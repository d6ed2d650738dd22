// Selecting items: by click, with shift up to another one, by key, by a long press. What is selected
// stays on the next page of the same list, as long as the tab is open.

import { ARROWS, listen } from "./keys.js";

const STORED = "genonaut-selection ";
const MOST = 10_000;
const PRESS_MS = 500;
const SLOP = 10; // pixels that a finger may move meanwhile

const bar = () => document.querySelector("[data-selection]");
const items = () => [...document.querySelectorAll("[data-id]:has([data-pick])")];
const itemOf = (element) => element.closest?.("[data-id]:has([data-pick])");
const number = (count) => count.toLocaleString("en");

let chosen = stored("");
let anchor = null; // the item that was selected last
let press = null;

sync();
addEventListener("pageshow", sync);
new MutationObserver(sync).observe(document.body, { subtree: true, childList: true });

// --- What is selected

function stored(key) {
  const { ids = [], all = false } = JSON.parse(sessionStorage.getItem(STORED + key) ?? "{}");
  return { key, ids: new Set(ids), all };
}

function isAny() {
  return chosen.all || chosen.ids.size > 0;
}

function keep() {
  const { key, all, ids } = chosen;
  if (isAny()) sessionStorage.setItem(STORED + key, JSON.stringify({ all, ids: [...ids] }));
  else sessionStorage.removeItem(STORED + key);
  sync();
}

function pick(some, on) {
  // All but some of the results: those of this page are known, and the others are not.
  if (chosen.all && !on) Object.assign(chosen, { all: false, ids: new Set(items().map((one) => one.dataset.id)) });
  for (const { dataset } of some) on ? chosen.ids.add(dataset.id) : chosen.ids.delete(dataset.id);
  keep();
}

function clear() {
  anchor = null;
  Object.assign(chosen, { all: false, ids: new Set() });
  keep();
}

function toggle(item, upToThere) {
  const all = items();
  const from = upToThere ? all.indexOf(anchor) : -1;
  const at = all.indexOf(item);
  if (from < 0) pick([item], !isPicked(item));
  else pick(all.slice(Math.min(from, at), Math.max(from, at) + 1), true);
  anchor = item;
}

function isPicked(item) {
  return chosen.all || chosen.ids.has(item.dataset.id);
}

// --- What is shown

function sync() {
  const now = bar();
  if (!now) return;
  if (chosen.key !== now.dataset.key) {
    chosen = stored(now.dataset.key);
    if (isAny()) now.open = true;
  }
  for (const item of items()) item.querySelector("[data-pick]").checked = isPicked(item);
  now.querySelector("[data-pick-all]").checked = chosen.all;
  for (const button of now.querySelectorAll("button:not([type=button])")) button.disabled = !isAny();
  say(words(now));
}

function words({ dataset }) {
  if (chosen.all) return dataset.total ? `All ${number(Number(dataset.total))} selected` : "All results selected";
  return chosen.ids.size ? `${number(chosen.ids.size)} selected` : "Nothing selected";
}

function say(text) {
  const place = bar().querySelector("[data-picked]");
  if (place.textContent !== text) place.textContent = text;
}

// --- By click and touch

document.addEventListener("click", (event) => {
  const item = itemOf(event.target);
  if (press?.isLong) return stop(event);
  if (!bar()?.open || !item || event.button) return;
  if (event.target.matches("[data-pick]")) return toggle(item, event.shiftKey);
  const isOther = event.ctrlKey || event.metaKey || event.altKey || !event.detail; // or by Enter: it opens
  const control = event.target.closest("a, button, input, label");
  if (isOther || (control && !control.matches("[data-card]"))) return;
  stop(event);
  toggle(item, event.shiftKey);
}, true);

function stop(event) {
  press = null;
  event.preventDefault();
  event.stopPropagation();
}

document.addEventListener("pointerdown", (event) => {
  press = null;
  const item = itemOf(event.target);
  if (event.pointerType !== "touch" || !item || !bar() || bar().open) return;
  const begun = (press = { item, x: event.clientX, y: event.clientY, isLong: false });
  setTimeout(() => press === begun && begin(), PRESS_MS);
});
document.addEventListener("pointermove", (event) => {
  if (press && !press.isLong && Math.hypot(event.clientX - press.x, event.clientY - press.y) > SLOP) press = null;
});
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => press && !press.isLong && (press = null));
}
// The browser's own long press may come first: a menu, or the link taken along, which ends the press.
document.addEventListener("contextmenu", (event) => press && begin(event));
document.addEventListener("dragstart", (event) => press && begin(event));

function begin(event) {
  event?.preventDefault();
  if (press.isLong) return;
  press.isLong = bar().open = true;
  toggle(press.item, false);
}

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-pick-page]")) pick(items(), true);
  if (target.closest("[data-pick-none]")) clear();
});
document.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-pick-all]")) return;
  chosen.all = target.checked;
  keep();
});
document.addEventListener("toggle", ({ target }) => target === bar() && !target.open && clear(), true);

// --- By key

const focused = () => document.activeElement.matches("[data-card]") && itemOf(document.activeElement);

function toggleFocused() {
  const item = focused();
  if (!item) return false;
  bar().open = true;
  return toggle(item, false);
}

listen({ x: toggleFocused, " ": toggleFocused }, {});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey || !bar()) return;
  const isTyping = event.target.matches("input:not([type=checkbox]), textarea, select");
  const { key } = event;
  if (key in ARROWS && event.shiftKey && focused()) extend(event);
  else if (key === "Escape" && bar().open && !document.querySelector(":popover-open")) leave();
  else if (key === "a" && (event.ctrlKey || event.metaKey) && bar().open && !isTyping) {
    event.preventDefault();
    pick(items(), true);
  }
});

function extend(event) {
  const from = focused();
  if (!items().includes(anchor)) anchor = from;
  bar().open = true;
  ARROWS[event.key]();
  const all = items();
  const [first, last] = [all.indexOf(anchor), all.indexOf(focused())].sort((a, b) => a - b);
  pick(all.slice(first, last + 1), true);
  event.preventDefault();
}

function leave() {
  const isInside = bar().contains(document.activeElement);
  bar().open = false;
  if (isInside) bar().querySelector("summary").focus();
}

// --- What is sent: the items of other pages as well, as one field

document.addEventListener("formdata", ({ target, formData }) => {
  if (!target.matches("#selection") || chosen.all) return; // its property `id` is its boxes
  formData.delete("id");
  formData.set("ids", [...chosen.ids].join("-"));
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches("#selection")) return;
  if (!chosen.all && chosen.ids.size > MOST) {
    event.preventDefault();
    return say(`At most ${number(MOST)} can be selected one by one`);
  }
  if (event.submitter?.matches("[data-downloads]")) return;
  say("Working …");
  // These are not there any more; others may be wanted for something else.
  if (event.submitter?.value === "delete") sessionStorage.removeItem(STORED + chosen.key);
});

// The counts behind the (i): requested when the visitor is about to open them, and once each time.

import { written } from "./moments.js";
import { openOptions } from "./options.js";

const HOVER_MS = 120;
const LEAVE_MS = 250;

const button = document.querySelector("[data-counts]");
const popover = document.getElementById("gallery-stats");
const numbers = new Intl.NumberFormat("en-US");

let request = null; // for the counts that the next opening will show
let pinned = false; // opened on purpose: it stays when the pointer leaves
let timer = 0;

if (button) listen();

function listen() {
  for (const intent of ["pointerenter", "pointerdown", "focus"]) button.addEventListener(intent, load);
  for (const element of [button, popover]) {
    element.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && later(open, HOVER_MS));
    element.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && later(leave, LEAVE_MS));
    element.addEventListener("focusout", (event) => !within(event.relatedTarget) && !pinned && close());
  }
  button.addEventListener("focus", () => button.matches(":focus-visible") && open());
  button.addEventListener("click", (event) => {
    event.preventDefault(); // the browser would close what hovering has opened
    const wasPinned = pinned && isOpen();
    clearTimeout(timer);
    pinned = !wasPinned;
    if (wasPinned) close();
    else open();
  });
  popover.addEventListener("toggle", (event) => {
    button.setAttribute("aria-expanded", isOpen());
    if (event.newState === "closed") [pinned, request] = [false, null];
    else load().then((counts) => show(counts), fail);
  });
}

export function toggleCounts() {
  if (!button) return;
  openOptions();
  button.focus();
  if (isOpen() && pinned) return close();
  pinned = true;
  open();
}

export const isOpen = () => Boolean(popover?.matches(":popover-open"));
export const places = () => [...(popover?.querySelectorAll("[data-count]") ?? [])];
const within = (element) => button.contains(element) || popover.contains(element);

function later(action, milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(action, milliseconds);
}

function open() {
  if (!isOpen()) popover.showPopover({ source: button });
}

function leave() {
  if (!pinned && !within(document.activeElement)) close();
}

function close() {
  if (isOpen()) popover.hidePopover();
}

function load() {
  request ??= fetch(button.dataset.counts, { headers: { Accept: "application/json" } }).then((response) => {
    if (!response.ok) throw new Error(`${response.status}`);
    return response.json();
  });
  request.catch(() => {}); // reported when the popover opens
  return request;
}

// Unless newer ones are shown: a response may be overtaken by an event (live.js), and an event by a
// response. Returns the places whose numbers have changed.
export function show(counts, write = plainly) {
  if (!popover || new Date(counts.as_of) < new Date(popover.querySelector("[data-moment=as_of]")?.dateTime)) return [];
  const changed = places().filter((place) => write(place, numbers.format(counts[place.dataset.count])));
  for (const place of popover.querySelectorAll("[data-moment]")) {
    const moment = counts[place.dataset.moment];
    if (!moment) continue;
    place.dateTime = moment;
    place.textContent = written(moment);
  }
  warn("");
  return changed;
}

function plainly(place, text) {
  const isNew = place.textContent !== text;
  place.textContent = text;
  return isNew;
}

export function warn(text) {
  if (popover) popover.querySelector("[data-counts-trouble]").textContent = text;
}

function fail() {
  request = null;
  warn("Could not refresh the counts; these are from when the page loaded.");
}

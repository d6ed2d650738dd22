// An item's page: to the items beside it without leaving the page, so that full screen, focus and
// the slideshow go on. Without script the links lead there.

import { listen } from "./keys.js";
import { copy } from "./copy.js";
import { pan, zoom } from "./zoom.js";

const SECONDS = 4;
const look = document.querySelector("[data-look]");
const stage = look?.querySelector("[data-stage]");
let loading = null;
let timer = 0;

const TOOLS = {
  zoomIn: () => zoom(1.5),
  zoomOut: () => zoom(1 / 1.5),
  fit: () => zoom(0),
  full: () => (document.fullscreenElement ? document.exitFullscreen() : stage.requestFullscreen()),
  slideshow: () => (timer ? pause("The slideshow is paused.") : start()),
};
const SINGLE = {
  j: () => step("next"),
  k: () => step("prev"),
  "+": TOOLS.zoomIn,
  "=": TOOLS.zoomIn,
  "-": TOOLS.zoomOut,
  0: () => stage.hasAttribute("data-zoomed") && zoom(0), // otherwise it is about the rating
  F: TOOLS.full,
  s: TOOLS.slideshow,
  c: () => copy(look.querySelector("[data-copy]")),
};
const ARROWS = {
  ArrowRight: () => pan(-80, 0) || step("next"),
  ArrowLeft: () => pan(80, 0) || step("prev"),
  ArrowDown: () => pan(0, -80),
  ArrowUp: () => pan(0, 80),
};

if (look) {
  listen(SINGLE, ARROWS);
  look.addEventListener("click", (event) => {
    const tool = event.target.closest("[data-tool]");
    const way = event.target.closest("[data-step]");
    if (tool) TOOLS[tool.dataset.tool]();
    else if (way && !event.ctrlKey && !event.metaKey && !event.shiftKey && step(way.dataset.step)) event.preventDefault();
  });
  stage.addEventListener("swipe", (event) => step(event.detail));
  document.addEventListener("fullscreenchange", () => press("full", Boolean(document.fullscreenElement)));
  addEventListener("popstate", () => load(location.href, false));
  preload();
}

export function say(text) {
  const place = look?.querySelector("[data-said]");
  if (place) place.textContent = text;
}

function step(rel) {
  const way = look.querySelector(`[data-step=${rel}]`);
  if (way) load(way.href, true);
  else say(rel === "next" ? "This is the last item." : "This is the first item.");
  if (timer) pause("");
  return true;
}

function load(url, isStep, isSlide = false) {
  loading?.abort();
  loading = new XMLHttpRequest();
  const request = loading;
  request.responseType = "document";
  request.open("GET", url);
  request.addEventListener("load", () => {
    if (!request.response?.querySelector("[data-look]")) return location.assign(url);
    if (isStep) history[isSlide ? "replaceState" : "pushState"](null, "", url);
    show(request.response);
    if (isSlide) later();
  });
  request.addEventListener("error", () => location.assign(url));
  request.send();
}

function show(page) {
  const focused = document.activeElement?.dataset?.step;
  const isInside = Boolean(document.activeElement?.closest("[data-swap]"));
  for (const place of look.querySelectorAll("[data-swap]")) {
    place.replaceWith(document.adoptNode(page.querySelector(`[data-swap=${place.dataset.swap}]`)));
  }
  document.title = page.title;
  zoom(0);
  // The focus stays on the way that was taken; at the end of the list it goes to the other.
  if (focused) (look.querySelector(`[data-step=${focused}]`) ?? look.querySelector("[data-step]") ?? look).focus();
  else if (isInside) look.focus();
  say(look.querySelector("h1").textContent);
  preload();
}

// The pictures beside this one are there before they are asked for.
function preload() {
  for (const way of look.querySelectorAll("[data-full]")) new Image().src = way.dataset.full;
}

// --- The slideshow: it ends at the end of the list

function start() {
  press("slideshow", true);
  say("The slideshow is running.");
  later();
}

function pause(text) {
  clearTimeout(timer);
  timer = 0;
  press("slideshow", false);
  if (text) say(text);
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const way = look.querySelector("[data-step=next]");
    if (document.hidden) later();
    else if (way) load(way.href, true, true);
    else pause("The slideshow is at the end of the list.");
  }, Number(look.dataset.seconds ?? SECONDS) * 1000);
}

function press(tool, isOn) {
  look.querySelector(`[data-tool=${tool}]`)?.setAttribute("aria-pressed", isOn);
}

// From one list to the next without leaving the page: filters, tags, sort, pages, search. The next
// page is requested as it is, and this one is made like it. Where that fails, as without script,
// the browser goes there itself.

import { morph } from "./morph.js";
import { address, focusOn, here, place, push, stepTo } from "./steps.js";

const LISTS = /^\/gallery(\/choose|\/favourites|\/(creators|albums)\/[^/]+)?$/;
const SLOW_MS = 1000;
const PATIENCE_MS = 60_000;

const filters = document.querySelector("[data-filters]");
let shown = null; // what came from the server
let loading = null;
let timer = 0;

if (filters) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const isOther = event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (!link || isOther || event.defaultPrevented) return;
    if (!isList(link) || !link.closest(".gallery")) return stop();
    event.preventDefault();
    load(link.href, arriveByLink);
  });
  document.addEventListener("submit", (event) => {
    const url = new URL(event.target.action);
    if (event.defaultPrevented) return;
    if (event.target.method !== "get" || !isList(url)) return stop();
    event.preventDefault();
    for (const field of event.target.elements) field.sent = field.value;
    url.search = new URLSearchParams(new FormData(event.target, event.submitter));
    load(direct(url), arrive, { otherwise: url.href });
  });
  addEventListener("popstate", goTo);
  // A page that the browser kept is shown at once, and then as it is by now.
  addEventListener("pageshow", ({ persisted }) => persisted && load(here(), show, { isQuiet: true }));
}

function isList(url) {
  return url.origin === location.origin && LISTS.test(url.pathname) && !url.hash;
}

// The page itself, which says its address: that of the options redirects to it, which takes twice as
// long.
function direct(url) {
  return url.pathname.endsWith("/choose") ? `${url.href.replace("/choose?", "?")}&chosen=` : url.href;
}

// --- Requests: a later one cancels the one before

function load(url, use, { isQuiet = false, otherwise = url } = {}) {
  stop();
  const request = (loading = new XMLHttpRequest());
  request.responseType = "document";
  request.timeout = PATIENCE_MS;
  request.open("GET", url);
  request.addEventListener("load", () => {
    end();
    const page = request.response;
    const found = page?.querySelector("[data-address]");
    if (found) use(page, new URL(found.dataset.address, url).href);
    else leave(otherwise); // an error, or a page to sign in
  });
  for (const failure of ["error", "timeout"]) {
    request.addEventListener(failure, () => isQuiet || leave(otherwise));
  }
  request.send();
  if (isQuiet) return;
  document.getElementById("main").ariaBusy = "true";
  timer = setTimeout(() => say("Loading …"), SLOW_MS);
}

function stop() {
  loading?.abort();
  end();
}

function end() {
  clearTimeout(timer);
  loading = null;
  document.getElementById("main").ariaBusy = null;
}

function leave(url) {
  if (url === here()) location.reload();
  else location.assign(url);
}

// --- What is shown

function show(page) {
  const focused = document.activeElement;
  morph(document.body, page.body);
  document.title = page.title;
  shown = page;
  if (focused.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
  document.dispatchEvent(new Event("shown"));
}

function arriveByLink(page, url) {
  unchoose();
  arrive(page, url);
}

// What was switched by a click whose request another one cancelled. What was typed stays.
function unchoose() {
  for (const box of filters.querySelectorAll("[type=checkbox], [type=radio]")) box.checked = box.defaultChecked;
}

function arrive(page, url) {
  const left = place(shown);
  if (url !== address) push(left, url);
  show(page);
  closeDrawer();
  scrollTo(0, 0);
  if (!filters.contains(document.activeElement)) focusOn("#main");
  sayHowMany();
}

function sayHowMany() {
  say(document.querySelector("[data-summary]").textContent);
}

function say(text) {
  document.querySelector("[data-said]").textContent = text;
}

function closeDrawer() {
  const drawer = document.getElementById("gallery-options");
  if (drawer.matches(":popover-open")) drawer.hidePopover();
}

// --- The history

function goTo({ state }) {
  if (here() === address) return; // to another part of the same page
  const known = stepTo(state, place(shown));
  if (!known) return load(address, (page) => comeBack(page, state ?? {}));
  comeBack(known.page, known);
  load(address, show, { isQuiet: true });
}

function comeBack(page, { scroll = 0, focus = "" }) {
  unchoose();
  show(page);
  scrollTo(0, scroll);
  focusOn(focus);
  sayHowMany();
}

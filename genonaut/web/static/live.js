// Numbers that change while one looks. A stream says what they are by now; a page that is hidden has
// none. Where the stream is refused, the numbers are requested every now and then.

import { isOpen, places as inPopover, show, warn } from "./counts.js";
import { written } from "./moments.js";

const EVENTS = ["counts", "creator"];
const AGAIN_MS = 30_000;
const SAID_MS = 10_000;
const FADE = [{ opacity: 0.25 }, { opacity: 1 }];
const FADE_MS = 500;

const numbers = new Intl.NumberFormat("en-US");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

let stream = null;
let told = {}; // the newest of each event
let timer = 0; // until the next try, while streams are refused
let saidAt = 0;

const place = () => document.querySelector("[data-live]");

document.addEventListener("visibilitychange", arrange);
document.addEventListener("shown", arrange); // another list: see browse.js
addEventListener("pagehide", close);
addEventListener("pageshow", arrange); // when all is loaded, and on the way back

function arrange() {
  const page = document.hidden ? null : place();
  if (!page) return close();
  const url = new URL(page.dataset.live, location).href;
  if (stream?.url !== url) open(url);
  else update();
}

function open(url) {
  close();
  told = {};
  stream = new EventSource(url);
  for (const event of EVENTS) stream.addEventListener(event, ({ data }) => tell(event, JSON.parse(data)));
  stream.addEventListener("stale", ({ data }) => {
    warn(`The database does not answer now. These are the counts of ${written(JSON.parse(data).as_of)}.`);
  });
  stream.addEventListener("error", ({ target }) => target.readyState === EventSource.CLOSED && refused());
}

function close() {
  clearTimeout(timer);
  stream?.close();
  stream = null;
}

// The browser itself tries again after a lost connection, but not after an error of the gallery.
function refused() {
  close();
  timer = setTimeout(async () => {
    await refresh();
    arrange();
  }, AGAIN_MS * (1 + Math.random()));
}

async function refresh() {
  for (const event of EVENTS) {
    const url = place()?.dataset[event === "counts" ? "onceCounts" : "onceCreator"];
    if (!url) continue;
    const response = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
    if (response?.ok) tell(event, await response.json());
  }
}

function tell(event, counts) {
  if (event in told && isBefore(counts.as_of, told[event].as_of)) return;
  told[event] = counts;
  update();
}

const isBefore = (one, other) => new Date(one) < new Date(other);

// --- What the page shows, if that is older

function update() {
  const page = place();
  if (!page || !told.counts || isBefore(told.counts.as_of, page.dataset.asOf)) return;
  const elsewhere = (one) => !inPopover().includes(one);
  for (const one of [...document.querySelectorAll("[data-count]")].filter(elsewhere)) put(one, sum(one.dataset.count));
  say(show(told.counts, write));
  const total = page.dataset.total ? sum(page.dataset.total) : null;
  if (total !== null) count(total, Number(page.dataset.shown), Number(page.dataset.size), page.querySelector("a"));
}

// As in `community_auto_count -user_auto_count`, or `creator.user_regular_count`.
function sum(terms) {
  let found = 0;
  for (const [, sign, event = "counts", name] of terms.matchAll(/(-?)(?:(\w+)\.)?(\w+)/g)) {
    if (!(event in told)) return null;
    found += sign ? -told[event][name] : told[event][name];
  }
  return found;
}

function put(one, number) {
  if (number !== null) write(one, numbers.format(number));
}

function write(one, text) {
  if (!one || one.textContent === text) return false;
  one.textContent = text;
  if (!calm.matches) one.animate(FADE, FADE_MS);
  return true;
}

// The pictures stay where they are: a link leads to what has come.
function count(total, shown, size, more) {
  const pages = Math.ceil(total / size);
  const results = plural(total, "result");
  write(document.querySelector("[data-summary]"), `${pages ? `${plural(pages, "page")} showing ` : ""}${results} matching filters.`);
  write(document.querySelector(".quick__total"), results);
  write(document.querySelector("[data-testid=gallery-pagination-total]"), `of ${numbers.format(pages)}`);
  more.hidden = total === shown;
  more.textContent = total > shown ? `Show ${plural(total - shown, "more result")}` : `Show the list, ${plural(shown - total, "result")} shorter`;
}

function plural(number, one) {
  return `${numbers.format(number)} ${one}${number === 1 ? "" : "s"}`;
}

// Only to those who have the counts open, and not again at once.
function say(changed) {
  if (!changed.length || !isOpen() || Date.now() < saidAt + SAID_MS) return;
  saidAt = Date.now();
  const named = (one) => one.closest("dd").previousElementSibling.textContent;
  const text = changed.map((one) => `${named(one)}: ${one.textContent}`);
  document.querySelector("[data-said]").textContent = `${text.join(", ")}.`;
}

// The counts behind the (i): asked for when they are wanted, and once each time.

const HOVER_MS = 120;
const LEAVE_MS = 250;

const button = document.querySelector("[data-counts]");
const popover = document.getElementById("gallery-stats");
const numbers = new Intl.NumberFormat("en-US");
const moments = new Intl.DateTimeFormat("en-GB", {
  day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: "UTC",
});

let asked = null; // the request that the next opening will show
let pinned = false; // opened on purpose: it stays when the pointer leaves
let timer = 0;

if (button) listen();

function listen() {
  for (const intent of ["pointerenter", "pointerdown", "focus"]) button.addEventListener(intent, ask);
  for (const element of [button, popover]) {
    element.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && later(open, HOVER_MS));
    element.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && later(leave, LEAVE_MS));
    element.addEventListener("focusout", (event) => !within(event.relatedTarget) && !pinned && close());
  }
  button.addEventListener("focus", () => button.matches(":focus-visible") && open());
  button.addEventListener("click", (event) => {
    event.preventDefault(); // the browser would close what hovering has opened
    const wasPinned = pinned && isOpen();
    later(() => {}, 0);
    pinned = !wasPinned;
    if (wasPinned) close();
    else open();
  });
  popover.addEventListener("toggle", (event) => {
    button.setAttribute("aria-expanded", isOpen());
    if (event.newState === "closed") [pinned, asked] = [false, null];
    else ask().then(show, trouble);
  });
}

export function toggleCounts() {
  if (!button) return;
  button.focus();
  if (isOpen() && pinned) return close();
  pinned = true;
  open();
}

const isOpen = () => popover.matches(":popover-open");
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

function ask() {
  asked ??= fetch(button.dataset.counts, { headers: { Accept: "application/json" } }).then((answer) => {
    if (!answer.ok) throw new Error(`${answer.status}`);
    return answer.json();
  });
  asked.catch(() => {}); // told when it is shown
  return asked;
}

function show(counts) {
  for (const place of popover.querySelectorAll("[data-count]")) {
    place.textContent = numbers.format(counts[place.dataset.count]);
  }
  for (const place of popover.querySelectorAll("[data-moment]")) {
    const moment = counts[place.dataset.moment];
    if (!moment) continue;
    place.dateTime = moment;
    place.textContent = `${moments.format(new Date(moment))} UTC`;
  }
  popover.querySelector("[data-counts-trouble]").textContent = "";
}

function trouble() {
  asked = null;
  popover.querySelector("[data-counts-trouble]").textContent =
    "These are the numbers of when the page was made: newer ones could not be had.";
}

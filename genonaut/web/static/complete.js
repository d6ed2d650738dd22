// Completes the name of a tag while it is typed: a combobox with a list, by keyboard, mouse and
// finger. The server knows which tags the viewer may know. Without it one types the whole name.

const PAUSE_MS = 120;
const SUGGESTIONS = "/gallery/tags/suggestions";

let timer = 0;
let asked = null;

const KEYS = {
  ArrowDown: (field) => (isOpen(field) ? step(field, 1) : ask(field)),
  ArrowUp: (field) => step(field, -1),
  Enter: (field) => active(field) && choose(field, active(field)),
  Escape: (field) => isOpen(field) && close(field),
};

document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-completes]")) return;
  clearTimeout(timer);
  timer = setTimeout(() => ask(target), PAUSE_MS);
});

document.addEventListener("keydown", (event) => {
  const field = event.target;
  const act = field.matches("[data-completes]") && !event.isComposing && KEYS[event.key];
  if (act && !event.altKey && !event.ctrlKey && !event.metaKey && act(field)) event.preventDefault();
});

// The list is no part of the page's order: the focus stays in the field while one points at it.
document.addEventListener("pointerdown", (event) => {
  if (event.target.closest(".complete__list")) event.preventDefault();
});

document.addEventListener("click", ({ target }) => {
  const option = target.closest("[role=option]");
  const field = option?.closest(".complete")?.querySelector("[data-completes]");
  if (field) choose(field, option);
});

document.addEventListener("focusout", ({ target }) => {
  if (target.matches?.("[data-completes]")) close(target);
});

const listOf = (field) => document.getElementById(field.getAttribute("aria-controls"));
const options = (field) => [...listOf(field).children];
const active = (field) => options(field).find((one) => one.ariaSelected === "true");
const isOpen = (field) => field.ariaExpanded === "true";

function ask(field) {
  const typed = field.value.trim();
  asked?.abort();
  if (!typed) return close(field);
  const { signal } = (asked = new AbortController());
  request(typed, signal).then(
    (tags) => document.activeElement === field && show(field, tags),
    () => signal.aborted || close(field), // to close would end the request that came after it
  );
  return true;
}

async function request(typed, signal) {
  const response = await fetch(`${SUGGESTIONS}?begins=${encodeURIComponent(typed)}`, { signal });
  if (!response.ok || response.redirected) throw new Error("no suggestions");
  return (await response.json()).tags;
}

function show(field, tags) {
  const carried = new Set([...document.querySelectorAll("[data-tag-form]")].map((form) => form.dataset.tagForm));
  const list = listOf(field);
  list.replaceChildren(...tags.filter((tag) => !carried.has(tag.name)).map((tag, number) => option(list, tag, number)));
  const many = list.children.length;
  mark(field, null);
  list.hidden = !many;
  field.ariaExpanded = Boolean(many);
  say(field, many ? `${many} ${many === 1 ? "tag begins" : "tags begin"} so.` : "No other tag begins so.");
  if (many) list.scrollIntoView({ block: "nearest" });
}

function option(list, { name, count }, number) {
  const item = document.createElement("li");
  item.id = `${list.id}-${number}`;
  item.setAttribute("role", "option");
  item.dataset.name = name;
  item.append(name, " ", amount(count));
  return item;
}

function amount(count) {
  const number = document.createElement("span");
  number.className = "tag__count";
  number.textContent = count.toLocaleString("en");
  return number;
}

function step(field, way) {
  const all = options(field);
  if (!isOpen(field)) return false;
  const from = all.indexOf(active(field));
  mark(field, all[(from < 0 && way < 0 ? all.length - 1 : from + way + all.length) % all.length]);
  return true;
}

function mark(field, chosen) {
  for (const one of options(field)) one.ariaSelected = one === chosen;
  if (chosen) field.setAttribute("aria-activedescendant", chosen.id);
  else field.removeAttribute("aria-activedescendant");
  chosen?.scrollIntoView({ block: "nearest" });
}

function choose(field, item) {
  field.value = item.dataset.name;
  close(field);
  if (field.dataset.completes === "adds") field.form.requestSubmit();
  else field.focus();
  return true;
}

export function close(field) {
  clearTimeout(timer);
  asked?.abort();
  mark(field, null);
  listOf(field).hidden = true;
  field.ariaExpanded = false;
  return true;
}

function say(field, text) {
  field.closest(".complete").querySelector("[data-completed]").textContent = text;
}

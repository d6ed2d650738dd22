// Suggestions while one types a search: a combobox, by keyboard and pointer. Without it, the box is
// a plain one.

const WAIT_MS = 150;
const LONGEST = 100;
const KINDS = { tag: "tag", model: "model", user: "creator", field: "" };
const numbers = new Intl.NumberFormat("en-US");

let input = null; // the one with the focus
let active = -1;
let timer = 0;
let request = null;

document.addEventListener("focusin", ({ target }) => target.matches("[data-suggestions]") && begin(target));
document.addEventListener("focusout", ({ target }) => target === input && end());
document.addEventListener("input", ({ target }) => target === input && later());
document.addEventListener("keydown", (event) => event.target === input && !event.isComposing && press(event), true);
document.addEventListener("submit", () => close());
// The list takes no focus: a press on it would take it from the box.
document.addEventListener("pointerdown", (event) => event.target.closest(".suggestions") && event.preventDefault());
document.addEventListener("click", ({ target }) => {
  const option = target.closest("[role=option]");
  if (option && input) choose(options().indexOf(option));
});

const list = () => document.getElementById(`${input.id}-suggestions`);
const options = () => [...list().children];
const isOpen = () => !list().hidden;

// What only a script can promise is said by it, and anew on each page that it makes.
function begin(target) {
  input = target;
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-haspopup", "listbox");
  input.setAttribute("aria-controls", list().id);
  input.setAttribute("autocomplete", "off");
  input.ariaExpanded = "false";
}

function end() {
  close();
  input = null;
}

function later() {
  if (input.role !== "combobox") begin(input); // the page was made anew around it
  clearTimeout(timer);
  timer = setTimeout(ask, WAIT_MS);
}

async function ask() {
  const typed = lastWord()?.[0];
  request?.abort();
  if (!typed || typed.length > LONGEST) return close();
  const asking = (request = new AbortController());
  try {
    const url = `${input.dataset.suggestions}?${new URLSearchParams({ q: typed })}`;
    const response = await fetch(url, { headers: { Accept: "application/json" }, signal: asking.signal });
    if (!response.ok) return close();
    const { suggestions } = await response.json();
    if (request === asking && input) show(suggestions);
  } catch {
    if (request === asking) close(); // nothing is lost: the search goes on without suggestions
  }
}

// The piece of the search that ends at the cursor, taken apart as the server does.
function lastWord() {
  const before = input.value.slice(0, input.selectionStart);
  const pieces = [...before.matchAll(/-?(?:[a-z]+:)?(?:"[^"]*"?|[^\s"]+)/gi)];
  const last = pieces.at(-1);
  return last && last.index + last[0].length === before.length ? last : null;
}

function show(suggestions) {
  active = -1;
  list().replaceChildren(...suggestions.map(option));
  list().hidden = !suggestions.length;
  input.ariaExpanded = `${isOpen()}`;
  input.removeAttribute("aria-activedescendant");
  const said = suggestions.length === 1 ? "1 suggestion" : `${suggestions.length} suggestions`;
  document.querySelector("[data-said]").textContent = suggestions.length ? said : "";
}

function option({ kind, name, search, count }, index) {
  const made = document.createElement("li");
  made.id = `${input.id}-suggestion-${index}`;
  made.role = "option";
  made.ariaSelected = "false";
  made.dataset.search = search;
  made.append(part("name", name), " ", part("kind", KINDS[kind]));
  if (count !== null) made.append(" ", part("count", numbers.format(count)));
  return made;
}

function part(name, text) {
  const made = document.createElement("span");
  made.className = `suggestions__${name}`;
  made.textContent = text;
  return made;
}

function close() {
  clearTimeout(timer);
  request?.abort();
  request = null;
  if (!input || !isOpen()) return;
  show([]);
}

function press(event) {
  const act = {
    ArrowDown: () => (isOpen() ? move(1) : ask()),
    ArrowUp: () => isOpen() && move(-1),
    Enter: () => isOpen() && active >= 0 && choose(active),
    Tab: () => isOpen() && active >= 0 && !event.shiftKey && choose(active),
    Escape: () => isOpen() && (close(), true),
  }[event.key];
  if (event.ctrlKey || event.metaKey || event.altKey || !act) return;
  if (act() === false) return;
  event.preventDefault();
  event.stopPropagation();
}

function move(step) {
  const all = options();
  active = (active + step + (active < 0 && step < 0 ? 1 : 0) + all.length) % all.length;
  all.forEach((one, index) => (one.ariaSelected = `${index === active}`));
  input.setAttribute("aria-activedescendant", all[active].id);
  all[active].scrollIntoView({ block: "nearest" });
}

function choose(index) {
  const { search } = options()[index].dataset;
  const word = lastWord();
  const from = word ? word.index : input.selectionStart;
  const goesOn = search.endsWith(":");
  input.setRangeText(goesOn ? search : `${search} `, from, input.selectionStart, "end");
  close();
  if (goesOn) later();
}

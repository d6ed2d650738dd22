// Sends each picture by itself, two at a time, and says of each how far it is and what became of it.

const AT_ONCE = 2;
const LONGEST_PAUSE = 30_000;
const PATIENCE = 180_000; // of a file that the server has no place for
const WORDS = { added: "added", already_there: "already there", rejected: "rejected" };
const form = document.querySelector("[data-upload]");
const waiting = [];
let busy = 0;
let all = 0;
const done = { added: 0, already_there: 0, rejected: 0 };

if (form) {
  const input = form.querySelector("input[type=file]");
  form.addEventListener("submit", (event) => event.preventDefault());
  const take = () => {
    add(input.files);
    input.value = "";
  };
  input.addEventListener("change", take);
  take(); // what was chosen before this script came
  document.addEventListener("paste", (event) => add(event.clipboardData.files));
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    mark(true);
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget || mark(false));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(false);
    add(event.dataTransfer.files);
  });
}

function mark(over) {
  form.querySelector("[data-drop]").toggleAttribute("data-over", over);
}

function add(files) {
  for (const file of files) {
    waiting.push([file, listed(file)]);
    all += 1;
  }
  next();
}

function listed(file) {
  document.querySelector("[data-upload-sent]").hidden = false;
  const bar = element("progress", { max: 1, value: 0, ariaLabel: `Sending ${file.name}` });
  const result = element("span", { className: "upload__result" }, "waiting");
  const name = element("span", { className: "upload__name" }, file.name);
  const row = element("li", { className: "upload__file" }, name, bar, result);
  document.querySelector("[data-upload-list]").append(row);
  return { row, bar, result };
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function next() {
  while (busy < AT_ONCE && waiting.length) {
    busy += 1;
    send(...waiting.shift());
  }
}

function send(file, shown, pause = 1000, until = null) {
  const body = new FormData();
  body.append("creator", form.elements.creator.value);
  body.append("source", form.elements.source.value);
  body.append("visibility", form.elements.visibility.value);
  body.append("files", file);
  const request = new XMLHttpRequest();
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => {
    shown.bar.value = event.loaded / event.total;
    shown.result.textContent = event.loaded < event.total ? "being sent" : "being read";
  });
  request.addEventListener("load", () => {
    if (request.status === 503) return later(request, file, shown, pause, until);
    finish(shown, answer(request));
  });
  const lost = { result: "rejected", reason: "the connection was lost" };
  request.addEventListener("error", () => finish(shown, lost, file));
  shown.bar.value = 0;
  shown.result.textContent = "being sent";
  request.open("POST", "/api/v1/content/upload");
  request.send(body);
}

// The server is busy. It says for how long; the pauses grow, so that many pages do not keep it so.
function later(request, file, shown, pause, until) {
  const asked = 1000 * Number(request.getResponseHeader("Retry-After"));
  const wait = Math.min(Math.max(asked || 0, pause), LONGEST_PAUSE);
  until ??= Date.now() + PATIENCE;
  if (Date.now() + wait > until) {
    return finish(shown, { result: "rejected", reason: "the server is too busy" }, file);
  }
  shown.result.textContent = "waiting: the server is busy";
  setTimeout(send, wait, file, shown, 2 * pause, until);
}

function answer({ status, response }) {
  if (status === 200) return response.results[0];
  return { result: "rejected", reason: response?.detail ?? `the server answered ${status}` };
}

// With a file, it may be sent again.
function finish(shown, { result: kind, reason, item }, file) {
  const { row, bar, result } = shown;
  bar.remove();
  if (file) row.append(again(file, shown));
  row.dataset.result = kind;
  const link = item && element("a", { href: `/gallery/items/${item.id}` }, item.title);
  result.replaceChildren(`${WORDS[kind]}: `, link || reason);
  done[kind] += 1;
  busy -= 1;
  next();
  say();
}

function again(file, shown) {
  const button = element("button", { type: "button", className: "button button--quiet", ariaLabel: `Try again: ${file.name}` }, "Try again");
  button.addEventListener("click", () => {
    button.remove();
    delete shown.row.dataset.result;
    shown.result.before(shown.bar);
    shown.result.textContent = "waiting";
    done.rejected -= 1;
    waiting.push([file, shown]);
    next();
  });
  return button;
}

// Not one file after the other: a screen reader would read for minutes.
function say() {
  const finished = done.added + done.already_there + done.rejected;
  if (finished < all) return;
  document.querySelector("[data-upload-said]").textContent =
    `Finished: ${done.added} added, ${done.already_there} already there, ${done.rejected} rejected.`;
}

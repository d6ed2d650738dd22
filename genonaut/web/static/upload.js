// Sends each picture by itself, two at a time, and says of each how far it is and what became of it.

const AT_ONCE = 2;
const WORDS = { added: "added", already_there: "already there", rejected: "rejected" };
const form = document.querySelector("[data-upload]");
const waiting = [];
let busy = 0;
let all = 0;
const done = { added: 0, already_there: 0, rejected: 0 };

if (form) {
  const input = form.querySelector("input[type=file]");
  form.addEventListener("submit", (event) => event.preventDefault());
  input.addEventListener("change", () => {
    add(input.files);
    input.value = "";
  });
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

function send(file, shown) {
  const body = new FormData();
  body.append("creator", form.elements.creator.value);
  body.append("source", form.elements.source.value);
  body.append("files", file);
  const request = new XMLHttpRequest();
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => {
    shown.bar.value = event.loaded / event.total;
    shown.result.textContent = event.loaded < event.total ? "being sent" : "being read";
  });
  request.addEventListener("load", () => {
    if (request.status === 503) return setTimeout(send, 1000, file, shown);
    finish(shown, answer(request));
  });
  const lost = { result: "rejected", reason: "the connection was lost: send it again" };
  request.addEventListener("error", () => finish(shown, lost));
  request.open("POST", "/api/v1/content/upload");
  request.send(body);
}

function answer({ status, response }) {
  if (status === 200) return response.results[0];
  return { result: "rejected", reason: response?.detail ?? `the server answered ${status}` };
}

function finish({ row, bar, result }, { result: kind, reason, item }) {
  bar.remove();
  row.dataset.result = kind;
  const link = item && element("a", { href: `/gallery/items/${item.id}` }, item.title);
  result.replaceChildren(`${WORDS[kind]}: `, link || reason);
  done[kind] += 1;
  busy -= 1;
  next();
  say();
}

// Not one file after the other: a screen reader would read for minutes.
function say() {
  const finished = done.added + done.already_there + done.rejected;
  if (finished < all) return;
  document.querySelector("[data-upload-said]").textContent =
    `Finished: ${done.added} added, ${done.already_there} already there, ${done.rejected} rejected.`;
}

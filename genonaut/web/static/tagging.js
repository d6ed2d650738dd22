// Tags of an item are added and removed without leaving the page: its form is sent, and this part is
// made like that of the page that comes. Where that fails, as without script, the browser sends it.

import { close } from "./complete.js";
import { morph } from "./morph.js";
import { say } from "./viewer.js";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-tag-form]") || form.dataset.plain || event.defaultPrevented) return;
  event.preventDefault();
  send(form, event.submitter);
});

function send(form, button) {
  const field = form.querySelector("[data-completes]");
  if (field) {
    close(field);
    field.sent = field.value;
  }
  const request = new XMLHttpRequest();
  request.responseType = "document";
  request.open("POST", form.action);
  request.addEventListener("load", () => arrive(form, button, request.response));
  request.addEventListener("error", () => sendPlainly(form, button));
  request.send(new URLSearchParams(new FormData(form, button)));
}

function sendPlainly(form, button) {
  form.dataset.plain = "";
  form.requestSubmit(button);
}

function arrive(form, button, page) {
  if (!form.isConnected) return; // the visitor looks at another item by now
  const wanted = page?.querySelector("[data-tagging]");
  if (!wanted) return sendPlainly(form, button); // an error, or a page to sign in
  wanted.querySelector(".notice")?.remove();
  const part = document.querySelector("[data-tagging]");
  const removed = form.dataset.tagForm;
  const place = [...part.querySelectorAll(".tagging__remove")].indexOf(button);
  const before = names(part);
  morph(part, wanted);
  if (removed) comeTo(part, place);
  sayWhat(part, before, removed);
}

// The focus goes to the tag behind the one that is gone, or else to the field.
function comeTo(part, place) {
  const buttons = part.querySelectorAll(".tagging__remove");
  (buttons[Math.min(place, buttons.length - 1)] ?? part.querySelector("[data-completes]")).focus();
}

function sayWhat(part, before, removed) {
  if (removed) return say(`${removed}: removed.`);
  const added = names(part).find((name) => !before.includes(name));
  if (added) say(`${added}: added, ${form(part, added).closest("li").querySelector("[data-tag-count]").textContent}.`);
  else if (!part.querySelector("[role=alert]")) say("The picture has this tag already.");
}

const forms = (part) => [...part.querySelectorAll("li [data-tag-form]")];
const names = (part) => forms(part).map((one) => one.dataset.tagForm);
const form = (part, name) => forms(part).find((one) => one.dataset.tagForm === name);

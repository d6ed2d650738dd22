// The albums of an item, in a window over the page. Without script the link leads to a page of its own.

import { listen } from "./keys.js";
import { nearest, post, press, say, showNumber } from "./star.js";

let shown = null;

document.addEventListener("click", (event) => {
  const way = event.target.closest("[data-albums]");
  const isOther = event.button || event.ctrlKey || event.metaKey || event.shiftKey;
  if (!way || isOther) return;
  event.preventDefault();
  open(way);
});

listen({ b: () => open(nearest("[data-albums]")) }, {});

function open(way) {
  if (!way) return false;
  const request = new XMLHttpRequest();
  request.responseType = "document";
  request.open("GET", way.href);
  request.addEventListener("load", () => {
    const found = request.response?.querySelector("[data-choice]");
    if (found) show(way, document.adoptNode(found));
    else location.assign(way.href); // an error, or a page to sign in
  });
  request.addEventListener("error", () => location.assign(way.href));
  request.send();
  return true;
}

function show(way, choice) {
  shown?.remove();
  shown = document.createElement("dialog");
  shown.className = "over";
  shown.setAttribute("aria-labelledby", "choice-title");
  shown.append(choice);
  document.body.append(shown);
  shown.addEventListener("click", (event) => {
    const isClosing = event.target.closest("[data-closes-window]");
    if (event.target !== shown && !isClosing) return;
    event.preventDefault();
    shown.close();
  });
  shown.addEventListener("close", () => shown.remove());
  choice.addEventListener("submit", (event) => {
    event.preventDefault();
    send(way, event.target, event.submitter);
  });
  shown.showModal();
}

async function send(way, form, submitter) {
  const url = submitter?.hasAttribute("formaction") ? submitter.formAction : form.action;
  try {
    const told = await post(url, new URLSearchParams(new FormData(form, submitter)));
    if ("favourite" in told) {
      press(way.parentElement.querySelector("[data-star]"), told.favourite);
      showNumber(told.favourites);
    }
    shown.close();
    say(told.said);
  } catch (error) {
    const place = form.querySelector("[data-choice-said]");
    place.textContent = error.message;
  }
}

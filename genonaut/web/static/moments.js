// Moments in the reader's own time zone and language. The server writes them in UTC.

const forms = {};

// To the second where the page says so; the zone is named.
export function written(moment) {
  forms.full ??= new Intl.DateTimeFormat(undefined, {
    day: "numeric", month: "short", year: "numeric",
    hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short",
  });
  return forms.full.format(new Date(moment));
}

function localize(time) {
  const moment = written(time.dateTime);
  if (time.title) setUnless(time, "title", moment); // beside "3 days ago"
  else if ("local" in time.dataset) setUnless(time, "textContent", moment);
}

// Only what differs: each setting is a change, which the observer sees.
function setUnless(time, name, value) {
  if (time[name] !== value) time[name] = value;
}

for (const time of document.querySelectorAll("time[datetime]")) localize(time);

// What other modules put into the page later, or change: the next list, or the next picture.
new MutationObserver((changes) => {
  for (const { target, addedNodes } of changes) {
    const changed = (target.nodeType === Node.TEXT_NODE ? target.parentElement : target)?.closest("time[datetime]");
    if (changed) localize(changed);
    for (const node of addedNodes) {
      if (node.nodeType !== Node.ELEMENT_NODE) continue;
      for (const one of [node, ...node.querySelectorAll("time")]) if (one.matches("time[datetime]")) localize(one);
    }
  }
}).observe(document.body, {
  subtree: true, childList: true, characterData: true, attributeFilter: ["datetime", "title"],
});

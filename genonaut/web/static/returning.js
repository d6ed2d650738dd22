// Back from an item to its place in the list. The link names the item; once the visitor is there,
// the address is the list's own again.

const item = location.hash.startsWith("#item-") && document.getElementById(location.hash.slice(1));

if (item) {
  item.scrollIntoView({ block: "center" });
  item.querySelector("[data-card]").focus({ preventScroll: true });
}
if (location.hash.startsWith("#item-")) {
  history.replaceState(history.state, "", location.pathname + location.search);
}

// Makes an element like that of another page, and keeps the elements that both have: with their
// focus, their listeners, their loaded pictures, and what was typed.

const OURS = ["open", "style", "data-open", "data-done", "aria-expanded", "aria-pressed"];

// What a star says, the server knows.
const isOurs = (element, name) => OURS.includes(name) && !element.hasAttribute("data-star");

export function morph(old, wanted) {
  const control = old.matches("input") ? typed(old, wanted) : null;
  for (const { name } of [...old.attributes]) {
    if (!isOurs(old, name) && !wanted.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (!isOurs(old, name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  if (control) Object.assign(old, control);
  children(old, wanted);
  if (old.matches("select")) old.value = wanted.value;
}

// What the other page says of an input, if that differs from what this one did, and the visitor
// is not typing there. What was sent is typed no longer: the server may have read it otherwise.
function typed(old, wanted) {
  const isSent = old.value === old.sent;
  const isTyping = old === document.activeElement && old.value !== old.defaultValue && !isSent;
  return {
    ...(old.defaultChecked !== wanted.defaultChecked && { checked: wanted.defaultChecked }),
    ...((old.defaultValue !== wanted.defaultValue || isSent) && !isTyping && { value: wanted.defaultValue }),
  };
}

function children(old, wanted) {
  const keys = new Set([...wanted.children].map(key));
  for (const child of [...old.children]) if (!keys.has(key(child))) child.remove();
  let place = old.firstChild;
  for (const child of wanted.childNodes) {
    const isElement = child.nodeType === Node.ELEMENT_NODE;
    while (isElement && place && place.nodeType !== Node.ELEMENT_NODE) place = removed(place);
    const match = isElement ? alike(place, key(child)) : place?.nodeType === child.nodeType && place;
    if (!match) {
      old.insertBefore(document.importNode(child, true), place);
      continue;
    }
    // Only what is in another order is moved: an element that moves loses the focus.
    if (match === place) place = place.nextSibling;
    else old.insertBefore(match, place);
    if (isElement) morph(match, child);
    else if (match.data !== child.data) match.data = child.data;
  }
  while (place) place = removed(place);
}

// The same element on both pages. An item's card is the same only if it is the same item.
function key(element) {
  if (element.id) return element.id;
  const names = ["data-id", "data-testid", "name"].map((name) => element.getAttribute(name));
  const isChoice = element.matches("[type=checkbox], [type=radio], [type=hidden], option");
  return [element.localName, ...names, isChoice && element.getAttribute("value")].join();
}

function alike(place, wanted) {
  let one = place;
  while (one && (one.nodeType !== Node.ELEMENT_NODE || key(one) !== wanted)) one = one.nextSibling;
  return one;
}

function removed(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

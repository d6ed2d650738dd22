// Looking closer: wheel, pinch, double click, and moving what is larger than its place.

const MOST = 12;
const SWIPE = 50; // pixels
const stage = document.querySelector("[data-stage]");
const pointers = new Map();
let scale = 1;
let x = 0;
let y = 0;

if (stage) {
  stage.addEventListener("wheel", (event) => {
    if (!picture() || (event.deltaY > 0 && scale === 1 && !event.ctrlKey)) return; // it scrolls the page
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 300), event);
  }, { passive: false });
  stage.addEventListener("dblclick", (event) => !isControl(event) && zoom(scale > 1 ? 0 : 2.5, event));
  stage.addEventListener("pointerdown", down);
  stage.addEventListener("pointermove", move);
  for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, up);
  addEventListener("resize", () => place());
}

const picture = () => stage.querySelector("[data-picture]");
const isControl = (event) => event.target.closest("a, button");

// By a factor, around a point; by 0 back to the whole picture.
export function zoom(factor, point = null) {
  if (!picture()) return false;
  const before = scale;
  scale = factor ? Math.min(Math.max(scale * factor, 1), MOST) : 1;
  const box = picture().parentElement.getBoundingClientRect();
  const [left, top] = point ? [point.clientX - box.x - box.width / 2, point.clientY - box.y - box.height / 2] : [0, 0];
  x = left - ((left - x) * scale) / before;
  y = top - ((top - y) * scale) / before;
  place();
  return true;
}

// Whether there was anything to move.
export function pan(right, down) {
  if (scale === 1 || !picture()) return false;
  x += right;
  y += down;
  place();
  return true;
}

function place() {
  const box = picture().parentElement.getBoundingClientRect();
  const [widest, highest] = [(box.width * (scale - 1)) / 2, (box.height * (scale - 1)) / 2];
  x = Math.min(Math.max(x, -widest), widest);
  y = Math.min(Math.max(y, -highest), highest);
  stage.toggleAttribute("data-zoomed", scale > 1);
  if (picture()) picture().style.transform = scale > 1 ? `translate(${x}px, ${y}px) scale(${scale})` : "";
}

function down(event) {
  if (isControl(event) || event.button) return;
  pointers.set(event.pointerId, { from: event, at: event });
  if (scale > 1) stage.setPointerCapture(event.pointerId);
}

function move(event) {
  const pointer = pointers.get(event.pointerId);
  if (!pointer) return;
  if (pointers.size === 2) pinch(event);
  else pan(event.clientX - pointer.at.clientX, event.clientY - pointer.at.clientY);
  pointer.at = event;
}

function pinch(event) {
  const [one, other] = [...pointers.values()].map(({ at }) => at);
  const still = one.pointerId === event.pointerId ? other : one;
  const moved = one.pointerId === event.pointerId ? one : other;
  const middle = { clientX: (event.clientX + still.clientX) / 2, clientY: (event.clientY + still.clientY) / 2 };
  zoom(distance(event, still) / Math.max(distance(moved, still), 1), middle);
  for (const pointer of pointers.values()) pointer.from = null; // no swipe any more
}

function up(event) {
  const from = pointers.get(event.pointerId)?.from;
  pointers.delete(event.pointerId);
  if (!from || scale > 1 || event.pointerType === "mouse" || event.type === "pointercancel") return;
  const [across, along] = [event.clientX - from.clientX, event.clientY - from.clientY];
  if (Math.abs(across) < SWIPE || Math.abs(along) > Math.abs(across) / 2) return;
  stage.dispatchEvent(new CustomEvent("swipe", { detail: across < 0 ? "next" : "prev" }));
}

const distance = (one, other) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);

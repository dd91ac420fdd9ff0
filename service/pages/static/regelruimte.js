// What a keyboard does beyond the browser's own. Everything here also works without: with links, buttons and forms.
//
// data-key="b"   a key that presses a button or follows a link
// data-row       rows that j and k walk through; Enter follows the first link of a row, x ticks its box
//                where there are no rows, j and k are ] and [
// <dialog id="sneltoetsen">   opened by "?"; the box in it named "sneltoetsen" switches the keys off (WCAG 2.1.4)
"use strict";

const OFF = "regelruimte-zonder-sneltoetsen";
const keysAreOn = () => localStorage.getItem(OFF) === null;

const isTyping = (element) => element.closest("input:not([type=checkbox], [type=radio], [type=submit]), textarea, select, [contenteditable]");

const walk = (step) => {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (rows.length === 0) return;
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[Math.min(Math.max(at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step, 0), rows.length - 1)];
  const target = next.matches("a, button, input") ? next : next.querySelector("a") || next.querySelector("button, input");
  (target || next).focus();
  next.scrollIntoView({ block: "nearest" });
};

const help = () => {
  const dialog = document.getElementById("sneltoetsen");
  if (dialog && !dialog.open) dialog.showModal();
};

// data-copies="id"   a button that copies a field, and says so in data-done where data-says points
const copy = async (field, { says, done }) => {
  field.select(); // where the clipboard is closed to scripts, the reader's own key does the rest
  if (!navigator.clipboard) return;
  await navigator.clipboard.writeText(field.value);
  document.getElementById(says).textContent = done;
};

// A key that stays down, or comes again while a form is on its way, judges nothing twice.
let sent = false;
document.addEventListener("submit", () => { sent = true; });
window.addEventListener("pageshow", () => { sent = false; });
document.addEventListener("htmx:afterSettle", () => { sent = false; });

// A link to what is folded away unfolds it, and goes on inside.
const unfold = (link) => {
  const folded = document.querySelector(link.getAttribute("href"));
  if (!folded || !folded.matches("details")) return false;
  folded.open = true;
  folded.querySelector("input, select, textarea, button").focus();
  folded.scrollIntoView({ block: "start" });
  return true;
};

// data-picks="id"   a button that adds the words selected in the law text within an element to the boxes of evidence
const lengthUpTo = (root, node, offset) => {
  const range = document.createRange();
  range.setStart(root, 0);
  range.setEnd(node, offset);
  const read = range.cloneContents();
  for (const hidden of read.querySelectorAll(".rr-hidden")) hidden.remove(); // said to some, but no part of the law
  return [...read.textContent].length; // characters, as the service counts them
};

const pick = (button) => {
  const root = document.querySelector(`#${button.dataset.picks} .rr-law`), says = document.querySelector("[data-picked]");
  const selection = document.getSelection(), boxes = document.querySelector("[data-evidence]");
  const chosen = selection.rangeCount ? selection.getRangeAt(0) : null;
  const inside = chosen && !chosen.collapsed && root.contains(chosen.startContainer) && root.contains(chosen.endContainer);
  says.textContent = inside ? says.dataset.done : says.dataset.none;
  if (!inside) return;
  const value = [chosen.startContainer, chosen.endContainer]
    .map((node, place) => lengthUpTo(root, node, place ? chosen.endOffset : chosen.startOffset)).join("-");
  const known = [...boxes.querySelectorAll("input")].find((box) => box.value === value);
  if (known) { known.checked = true; return; }
  const row = document.createElement("div"), box = document.createElement("input"), label = document.createElement("label");
  row.className = "rr-choice";
  Object.assign(box, { type: "checkbox", name: "bewijs", value, id: `bewijs-${value}`, className: "rr-choice__input", checked: true });
  Object.assign(label, { htmlFor: box.id, className: "utrecht-form-label rr-choice__label", lang: "nl", textContent: selection.toString() });
  row.append(box, label);
  boxes.append(row);
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isTyping(event.target)) return event.target.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === "?") return help();
  if (!keysAreOn() || document.querySelector("dialog[open]")) return;
  const walks = event.key === "j" || event.key === "k";
  if (walks && document.querySelector("[data-row]")) {
    event.preventDefault();
    return walk(event.key === "j" ? 1 : -1);
  }
  if (event.repeat || sent) return;
  const row = event.key === "x" ? document.activeElement.closest("[data-row]") : null;
  const box = row && row.querySelector("input[type=checkbox]");
  if (box) return box.click();
  const key = walks ? (event.key === "j" ? "]" : "[") : event.key;
  const target = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key && one.offsetParent !== null);
  if (target) {
    event.preventDefault();
    if (target.matches("input:not([type=checkbox], [type=radio]), textarea, select")) target.focus();
    else target.click();
  }
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
  const link = event.target.closest("a[href^='#']");
  if (link && unfold(link)) event.preventDefault();
  const picker = event.target.closest("[data-picks]");
  if (picker) pick(picker);
  const ticker = event.target.closest("[data-ticks]");
  if (ticker) {
    const all = [...document.querySelectorAll(`input[name="${ticker.dataset.ticks}"]`)];
    const on = all.some((one) => !one.checked);
    for (const one of all) one.checked = on;
  }
  const printer = event.target.closest("[data-print]");
  if (printer) window.print();
  const copier = event.target.closest("[data-copies]");
  if (copier) copy(document.getElementById(copier.dataset.copies), copier.dataset);
});

document.addEventListener("change", (event) => {
  if (event.target.name !== "sneltoetsen") return;
  if (event.target.checked) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
});

document.addEventListener("DOMContentLoaded", () => {
  for (const box of document.querySelectorAll("input[name=sneltoetsen]")) box.checked = keysAreOn();
  // A page that was sent with a mistake in it, or that goes on with the next item, says where to begin.
  const start = document.querySelector("[data-start]");
  if (start) start.focus();
});

// What a keyboard does beyond the browser's own. Everything here also works without: with links, buttons and forms.
//
// data-key="b"   a key that presses a button or follows a link
// data-row       rows that j and k walk through; Enter follows the first link of a row
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
  const target = next.matches("a, button, input") ? next : next.querySelector("a, button, input");
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

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === "?") return help();
  if (!keysAreOn() || document.querySelector("dialog[open]")) return;
  if (event.key === "j" || event.key === "k") {
    event.preventDefault();
    return walk(event.key === "j" ? 1 : -1);
  }
  const target = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key && one.offsetParent !== null);
  if (target) {
    event.preventDefault();
    if (target.matches("input:not([type=checkbox], [type=radio]), textarea, select")) target.focus();
    else target.click();
  }
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
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

// What only works with a script is hidden until there is one.
const reveal = () => {
  for (const one of document.querySelectorAll("[data-scripted]")) one.hidden = false;
};

document.addEventListener("htmx:afterSettle", reveal);
document.addEventListener("DOMContentLoaded", () => {
  for (const box of document.querySelectorAll("input[name=sneltoetsen]")) box.checked = keysAreOn();
  // A page that was sent with a mistake in it, or that goes on with the next item, says where to begin.
  const start = document.querySelector("[data-start]");
  if (start) start.focus();
  reveal();
});

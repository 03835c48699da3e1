// Single keys. An element names its own key with data-key="a" and what it does with data-key-label; `?` lists them all.
// Modifiers, input methods, text fields and open dialogs are left alone; a person can switch single keys off.

const TYPING = "input:not([type=radio]):not([type=checkbox]):not([type=button]):not([type=submit]), textarea, select, [contenteditable]";

export const isTyping = (target) => target instanceof Element && Boolean(target.closest(TYPING));

export const keyOwners = (root = document) =>
  [...root.querySelectorAll("[data-key]")].filter((element) => element.checkVisibility?.() ?? true);

export const labelOf = (element) =>
  element.dataset.keyLabel || element.getAttribute("aria-label") || element.textContent.trim().replace(/\s+/g, " ");

export function activate(element) {
  if (element.matches("input[type=radio], input[type=checkbox]")) {
    element.checked = element.type === "radio" ? true : !element.checked;
    element.dispatchEvent(new Event("change", { bubbles: true }));
    element.focus();
  } else if (element.matches("a, button, summary")) {
    element.focus({ preventScroll: true });
    element.click();
  } else {
    element.focus();
  }
}

function fillSheet(sheet) {
  const list = sheet.querySelector("[data-keys-here]");
  list.replaceChildren(
    ...keyOwners().filter((element) => !sheet.contains(element)).map((element) => {
      const row = document.createElement("div");
      const name = document.createElement("dt");
      const key = document.createElement("dd");
      const cap = document.createElement("kbd");
      name.textContent = labelOf(element);
      cap.textContent = element.dataset.key;
      key.append(cap);
      row.append(name, key);
      return row;
    }),
  );
  list.closest("section").hidden = list.childElementCount === 0;
}

export function openSheet() {
  const sheet = document.getElementById("key-sheet");
  if (!sheet || sheet.open) return;
  fillSheet(sheet);
  sheet.showModal();
}

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "?") {
      event.preventDefault();
      openSheet();
      return;
    }
    if (document.documentElement.dataset.shortcuts === "off") return;
    const owner = keyOwners().find((element) => element.dataset.key === event.key);
    if (!owner) return;
    event.preventDefault();
    activate(owner);
  });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener?.dataset.opens === "key-sheet") openSheet();
    else if (opener) document.getElementById(opener.dataset.opens)?.showModal();
    if (event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
    if (event.target instanceof HTMLDialogElement) event.target.close();
  });
}

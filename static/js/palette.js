// Ctrl-K: every place and every action of the page by name, each with its key, so that the palette teaches the keys.
import { activate, keyOwners, labelOf } from "./keys.js";

let entries = [];
let chosen = 0;

function collect() {
  const places = [...document.querySelectorAll("[data-palette]")].map((element) => ({
    name: element.dataset.palette || labelOf(element), key: element.dataset.key ?? "", run: () => element.click(),
  }));
  const actions = keyOwners().filter((element) => !element.hasAttribute("data-palette"))
    .map((element) => ({ name: labelOf(element), key: element.dataset.key, run: () => activate(element) }));
  return [...actions, ...places];
}

function matches(name, words) {
  const text = name.toLocaleLowerCase();
  return words.every((word) => text.includes(word));
}

function render(dialog) {
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const typed = input.value.trim();
  const words = typed.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  entries = collect().filter((entry) => matches(entry.name, words));
  const find = document.getElementById("find-form");
  if (typed && find) {
    entries.push({
      name: `${dialog.dataset.findLabel} “${typed}”`, key: "", run: () => {
        find.elements.q.value = typed;
        find.requestSubmit();
      },
    });
  }
  chosen = Math.max(0, Math.min(chosen, entries.length - 1));
  list.replaceChildren(...entries.map((entry, index) => {
    const row = document.createElement("li");
    row.className = "palette__item";
    row.id = `palette-${index}`;
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", String(index === chosen));
    row.append(Object.assign(document.createElement("span"), { textContent: entry.name }));
    if (entry.key) row.append(Object.assign(document.createElement("kbd"), { textContent: entry.key }));
    row.addEventListener("click", () => run(dialog, index));
    return row;
  }));
  input.setAttribute("aria-activedescendant", entries.length ? `palette-${chosen}` : "");
  list.children[chosen]?.scrollIntoView({ block: "nearest" });
}

function run(dialog, index) {
  const entry = entries[index];
  dialog.close();
  entry?.run();
}

export function startPalette() {
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const input = dialog.querySelector("input");
  const open = () => {
    input.value = "";
    chosen = 0;
    dialog.showModal();
    render(dialog);
  };
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !event.isComposing) {
      event.preventDefault();
      if (dialog.open) dialog.close();
      else open();
    }
  });
  document.addEventListener("steward:palette", open);
  document.addEventListener("click", (event) => event.target.closest("[data-opens-palette]") && open());
  input.addEventListener("input", () => { chosen = 0; render(dialog); });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      chosen += event.key === "ArrowDown" ? 1 : -1;
      render(dialog);
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(dialog, chosen);
    }
  });
}

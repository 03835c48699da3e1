// j and k walk a list ([data-list] of [data-list-item] links); Enter goes into what it opened. The next item is fetched ahead.
import { isTyping } from "./keys.js";

const items = () => [...document.querySelectorAll("[data-list] [data-list-item]")];
const current = (all) => all.findIndex((item) => item.getAttribute("aria-current") === "true");

function mark(item) {
  for (const other of items()) other.removeAttribute("aria-current");
  item.setAttribute("aria-current", "true");
  item.scrollIntoView({ block: "nearest" });
}

function walk(step) {
  const all = items();
  if (!all.length) return;
  const at = current(all);
  const next = all[at < 0 ? 0 : at + step];
  if (!next) {
    const more = document.querySelector(step > 0 ? "[data-list-next]" : "[data-list-previous]");
    more?.click();
    return;
  }
  mark(next);
  next.focus({ preventScroll: true });
  next.click();
}

function fetchAhead() {
  const all = items();
  const next = all[current(all) + 1];
  next?.dispatchEvent(new CustomEvent("steward:ahead"));
}

export function startLists() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (document.querySelector("dialog[open]") || document.documentElement.dataset.shortcuts === "off") return;
    if (event.key === "j" || event.key === "k") {
      event.preventDefault();
      walk(event.key === "j" ? 1 : -1);
    } else if (event.key === "Enter" && (event.target.matches?.("[data-list-item]") || event.target === document.body)) {
      const detail = document.querySelector("[data-list-detail] h1");
      if (!detail) return;
      event.preventDefault();
      detail.setAttribute("tabindex", "-1");
      detail.focus();
    }
  });
  document.addEventListener("click", (event) => {
    const item = event.target.closest("[data-list-item]");
    if (item && !event.ctrlKey && !event.metaKey && !event.shiftKey) mark(item);
  });
  document.addEventListener("htmx:after:swap", (event) => {
    const detail = document.querySelector("[data-list-detail]");
    if (!detail || event.detail.ctx?.target !== detail) return;
    detail.scrollTop = 0;
    detail.closest(".split")?.classList.add("split--open");
    setTimeout(fetchAhead, 150);
  });
  setTimeout(fetchAhead, 400);
}

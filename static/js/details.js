// A button that opens all explanations of a place at once, or closes them ([data-unfolds] holds a selector).

export function startDetails() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-unfolds]");
    if (!button) return;
    const all = [...document.querySelectorAll(button.dataset.unfolds)];
    const open = !all.some((details) => details.open);
    for (const details of all) details.open = open;
    button.setAttribute("aria-expanded", String(open));
    if (open) all[0]?.scrollIntoView({ block: "nearest" });
  });
}

// The grid of lines on the keyed claim form: Enter on the last field adds a line, totals follow what is typed (in cents, exactly).

const cents = (text) => {
  const match = /^\s*\$?(\d{1,12})(?:\.(\d{1,2}))?\s*$/.exec(text.replace(/,/g, ""));
  return match ? BigInt(match[1]) * 100n + BigInt((match[2] ?? "0").padEnd(2, "0")) : null;
};

const dollars = (amount) => {
  const whole = (amount / 100n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  return `$${whole}.${(amount % 100n).toString().padStart(2, "0")}`;
};

function total(grid) {
  let sum = 0n;
  for (const input of grid.querySelectorAll("[data-amount]")) sum += cents(input.value) ?? 0n;
  grid.querySelector("[data-total]").textContent = dollars(sum);
}

function add(grid) {
  const count = grid.querySelector("[name$=TOTAL_FORMS]");
  const row = grid.querySelector("template").content.firstElementChild.cloneNode(true);
  for (const field of row.querySelectorAll("[name], [id], [for]")) {
    for (const name of ["name", "id", "for", "aria-label"]) {
      if (field.hasAttribute(name)) field.setAttribute(name, field.getAttribute(name).replace("__prefix__", count.value));
    }
  }
  row.querySelector("[data-number]").textContent = String(Number(count.value) + 1);
  grid.querySelector("tbody").append(row);
  count.value = String(Number(count.value) + 1);
  row.querySelector("input:not([type=hidden])").focus();
}

export function startLineGrids() {
  document.addEventListener("click", (event) => {
    const grid = event.target.closest("[data-adds-line]")?.closest("[data-line-grid]");
    if (grid) add(grid);
  });
  document.addEventListener("input", (event) => {
    const grid = event.target.closest("[data-line-grid]");
    if (grid) total(grid);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches?.("[data-line-grid] tbody input")) return;
    event.preventDefault();
    const grid = event.target.closest("[data-line-grid]");
    const fields = [...grid.querySelectorAll("tbody input:not([type=hidden])")];
    const next = fields[fields.indexOf(event.target) + 1];
    if (next) next.focus();
    else add(grid);
  });
  for (const grid of document.querySelectorAll("[data-line-grid]")) total(grid);
}

// The desk where bank and book are matched: x chooses the row one stands on, the bar adds up what is chosen (in cents, exactly).
import { isTyping } from "./keys.js";

const cents = (text) => {
  const match = /^(-?)(\d+)\.(\d{2})$/.exec(text);
  return match ? BigInt(`${match[1]}${match[2]}${match[3]}`) : 0n;
};

const dollars = (amount) => {
  const plain = amount < 0n ? -amount : amount;
  const whole = (plain / 100n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  return `${amount < 0n ? "\u2212" : ""}$${whole}.${(plain % 100n).toString().padStart(2, "0")}`;
};

function add(desk) {
  const sums = { bank: 0n, book: 0n };
  for (const box of desk.querySelectorAll("[data-side]")) {
    box.closest("tr").classList.toggle("is-on", box.checked);
    if (box.checked) sums[box.dataset.side] += cents(box.dataset.amount);
  }
  const difference = sums.bank - sums.book;
  for (const [name, amount] of Object.entries({ ...sums, difference })) {
    const place = desk.querySelector(`[data-sum="${name}"]`);
    if (place) place.textContent = dollars(amount);
  }
}

export function startMatchDesk() {
  const desk = document.querySelector("[data-match-desk]");
  if (!desk) return;
  desk.addEventListener("change", () => add(desk));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "x" || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (document.documentElement.dataset.shortcuts === "off") return;
    const row = desk.querySelector("[data-list-item][aria-current=true]")?.closest("tr");
    const box = row?.querySelector("[data-side]");
    if (!box) return;
    event.preventDefault();
    box.checked = !box.checked;
    add(desk);
  });
  add(desk);
}

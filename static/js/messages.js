// What the page says by itself: announcements for screen readers, lines that go away, lost connections.

const say = (text) => {
  const region = document.getElementById("announce");
  if (region) region.textContent = text;
};

function line(text) {
  const region = document.getElementById("toasts");
  if (!region) return;
  const node = document.createElement("div");
  node.className = "toast-line";
  node.setAttribute("role", "alert");
  node.textContent = text;
  region.replaceChildren(node);
  expire(node, 8);
}

const expire = (node, seconds) => setTimeout(() => node.remove(), seconds * 1000);

function arm(root) {
  for (const node of root.querySelectorAll("[data-expires]:not([data-armed])")) {
    node.dataset.armed = "";
    expire(node, Number(node.dataset.expires));
  }
}

export function startMessages() {
  arm(document);
  document.addEventListener("htmx:after:swap", (event) => {
    arm(document);
    const heading = event.detail.ctx?.target?.querySelector?.("[data-announce]");
    if (heading) say(heading.dataset.announce);
  });
  const words = document.body.dataset;
  document.addEventListener("htmx:error", () => line(words.offline));
  document.addEventListener("htmx:response:error", (event) => {
    if (event.detail.ctx.response.status >= 500) line(words.failed);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copies]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copies);
    navigator.clipboard?.writeText(source.innerText).then(() => say(button.dataset.copied ?? ""));
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-prints]")) window.print();
    for (const open of document.querySelectorAll("details.bar__who[open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.closest("[data-submits]")) event.target.form.requestSubmit();
  });
}

// A file form ([data-upload]) that takes a dropped file and shows how much of it has gone up. Without script it is a plain form.

function send(form) {
  const bar = form.querySelector("progress");
  const status = form.querySelector("[data-upload-status]");
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.value = Math.round((event.loaded / event.total) * 100);
    status.textContent = `${bar.value} %`;
  });
  request.upload.addEventListener("load", () => { status.textContent = form.dataset.checking; });
  request.addEventListener("load", () => {
    if (request.status < 400) {
      location.assign(request.responseURL);
    } else {
      form.querySelector("[data-upload-progress]").hidden = true;
      const box = form.querySelector("[data-upload-error]");
      box.hidden = false;
      box.querySelector("p").textContent = request.getResponseHeader("X-Problem") || form.dataset.failed;
    }
  });
  request.addEventListener("error", () => { status.textContent = form.dataset.failed; });
  form.querySelector("[data-upload-progress]").hidden = false;
  request.send(new FormData(form));
}

export function startUploads() {
  for (const form of document.querySelectorAll("form[data-upload]")) {
    const input = form.querySelector("input[type=file]");
    const drop = form.querySelector(".drop");
    for (const name of ["dragenter", "dragover"]) {
      drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("is-over"); });
    }
    for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("is-over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change"));
    });
    input.addEventListener("change", () => {
      form.querySelector("[data-upload-name]").textContent = input.files[0]?.name ?? "";
    });
    form.addEventListener("submit", (event) => {
      if (!input.files.length) return;
      event.preventDefault();
      send(form);
    });
  }
}

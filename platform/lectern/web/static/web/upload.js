/* Uploading: each file on its own, two at a time, with its own row and its own outcome. */
"use strict";

(() => {
  const form = document.getElementById("drop");
  const input = document.getElementById("files");
  const rows = document.getElementById("uploads");
  const words = document.getElementById("upload-words").dataset;
  const limit = Number(form.dataset.limitMb);
  const AT_ONCE = 2;
  const waiting = [];
  let running = 0;

  input.addEventListener("change", () => {
    add(input.files);
    input.value = "";
  });
  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => {
      event.preventDefault();
      form.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) {
    form.addEventListener(name, () => form.classList.remove("over"));
  }
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    add(event.dataTransfer.files);
  });

  function add(files) {
    for (const file of files) {
      const row = document.getElementById("upload-row").content.firstElementChild.cloneNode(true);
      row.querySelector("[data-part=name]").textContent = file.name;
      rows.append(row);
      if (file.size > limit * 1024 * 1024) {
        refuse(row, words.large.replace("{limit}", limit));
        continue;
      }
      say(row, words.waiting);
      waiting.push({ file, row });
    }
    next();
  }

  function next() {
    while (running < AT_ONCE && waiting.length) {
      running += 1;
      upload(waiting.shift());
    }
  }

  function upload({ file, row }) {
    const body = new FormData(form);
    body.set("files", file);
    const request = new XMLHttpRequest();
    const bar = row.querySelector("progress");
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      const percent = Math.floor((100 * event.loaded) / event.total);
      bar.value = percent;
      say(row, percent < 100 ? words.sending.replace("{percent}", percent) : words.checking);
    });
    request.addEventListener("load", () => taken(row, request));
    request.addEventListener("error", () => refuse(row, words.failed));
    request.addEventListener("loadend", () => {
      running -= 1;
      htmx.trigger("#documents", "refresh");
      next();
    });
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    request.send(body);
  }

  function taken(row, request) {
    const signIn = request.getResponseHeader("HX-Redirect");
    if (signIn) {
      window.location.assign(signIn);
      return;
    }
    if (request.status >= 400) {
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      refuse(row, page.querySelector(".lead, .reason")?.textContent || words.failed);
      return;
    }
    htmx.swap(row, request.responseText, { swapStyle: "outerHTML" });
  }

  function say(row, text) {
    row.querySelector("[data-part=text]").textContent = text;
  }

  function refuse(row, text) {
    row.classList.add("failed");
    row.querySelector("progress").remove();
    row.querySelector("use").setAttribute("href", "#icon-failed");
    say(row, text);
  }
})();

/* What every page does: theme without a reload, keys, copying, dialogs, errors of htmx. */
"use strict";

(() => {
  const root = document.documentElement;
  root.classList.add("script");

  const field = () => document.getElementById("question");

  function tell(text) {
    const toast = document.getElementById("toast");
    toast.textContent = text;
    toast.classList.add("shown");
    window.setTimeout(() => toast.classList.remove("shown"), 6000);
  }

  /* --- preferences ---------------------------------------------------------------- */

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-theme-form]");
    if (!form || !event.submitter) return;
    event.preventDefault();
    const theme = event.submitter.value;
    const body = new FormData(form);
    body.set("theme", theme);
    root.dataset.theme = theme;
    for (const button of form.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.value === theme));
    }
    fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => {});
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("select[data-submits]")) event.target.form.requestSubmit();
  });

  /* --- buttons -------------------------------------------------------------------- */

  document.addEventListener("click", async (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) document.getElementById(opener.dataset.opens).showModal();
    const copier = event.target.closest("[data-copies]");
    if (!copier) return;
    const source = document.getElementById(copier.dataset.copies);
    try {
      await navigator.clipboard.writeText(source.textContent);
      copier.lastChild.textContent = "✓";
    } catch {
      // No clipboard without HTTPS: select it, so that the reader can copy it.
      window.getSelection().selectAllChildren(source);
    }
  });

  /* --- citations ------------------------------------------------------------------ */

  const litBy = (chip) => document.getElementById(`sentence-${chip.dataset.citation}`);

  for (const [name, lit] of [["mouseover", true], ["focusin", true], ["mouseout", false], ["focusout", false]]) {
    document.addEventListener(name, (event) => {
      const chip = event.target.closest?.("a.chip[data-citation]");
      if (chip) litBy(chip)?.classList.toggle("lit", lit);
    });
  }

  function step(direction) {
    document.querySelector(`[data-step="${direction}"]`)?.click();
  }

  function showMark(within) {
    const mark = within.querySelector("#mark");
    const box = mark?.closest(".page-scroll");
    if (!box) return;
    const image = box.querySelector("img");
    const scroll = () => {
      const gap = mark.getBoundingClientRect().top - box.getBoundingClientRect().top;
      box.scrollTop += gap - box.clientHeight / 3;
    };
    scroll();
    if (image && !image.complete) image.addEventListener("load", scroll, { once: true });
  }

  document.addEventListener("DOMContentLoaded", () => showMark(document));
  document.addEventListener("htmx:afterSettle", (event) => {
    showMark(document);
    const status = event.target.dataset?.status;
    const place = document.getElementById("documents-status");
    if (status && place && place.textContent !== status) place.textContent = status;
  });

  /* --- keys ----------------------------------------------------------------------- */

  let before = "";

  function typing(target) {
    return target.closest("input, textarea, select, [contenteditable]") !== null;
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target === field()) {
      event.preventDefault();
      field().form.requestSubmit();
      return;
    }
    if (event.key === "Escape") {
      document.dispatchEvent(new CustomEvent("lectern:stop"));
      return;
    }
    const off = root.dataset.keys === "off" || typing(event.target);
    if (off || event.ctrlKey || event.metaKey || event.altKey) return;
    const pressed = before === "g" ? `g${event.key}` : event.key;
    before = event.key;
    const actions = {
      "/": () => (field() ? field().focus() : window.location.assign("/")),
      "?": () => document.getElementById("shortcuts")?.showModal(),
      "[": () => step("prev"),
      "]": () => step("next"),
      gl: () => window.location.assign("/library"),
    };
    if (!(pressed in actions)) return;
    event.preventDefault();
    actions[pressed]();
  });

  /* --- lists ---------------------------------------------------------------------- */

  // A list that keeps itself up to date would forget what was marked in it.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.id === "documents" && event.target.querySelector("input:checked")) event.preventDefault();
  });

  /* --- what went wrong ------------------------------------------------------------ */

  document.addEventListener("htmx:responseError", (event) => {
    const words = document.getElementById("toast").dataset.stale;
    tell(words.replace("{status}", event.detail.xhr.status));
  });
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    tell(event.detail.exception.message);
  });
})();

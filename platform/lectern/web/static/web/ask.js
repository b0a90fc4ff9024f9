/* Asking: reads the event stream and shows it. Only text nodes are made from what it carries;
   the markup of the finished answer comes from the server, escaped. */
"use strict";

(() => {
  const form = document.getElementById("composer");
  if (!form) return;
  const box = document.getElementById("question");
  const send = document.getElementById("send");
  const stop = document.getElementById("stop");
  const complaint = document.getElementById("question-error");
  const announcer = document.getElementById("announcer");
  const place = document.getElementById("answer-place");
  const words = document.getElementById("turn-words").dataset;
  let underWay = null;

  document.addEventListener("click", (event) => {
    const example = event.target.closest("[data-example]");
    if (!example) return;
    event.preventDefault();
    box.value = example.textContent;
    box.focus();
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!underWay && box.value.trim()) ask(new FormData(form));
  });
  stop.addEventListener("click", () => underWay?.abort());
  document.addEventListener("lectern:stop", () => underWay?.abort());

  async function ask(body) {
    const turn = begin(body.get("question"));
    underWay = new AbortController();
    try {
      const response = await fetch(form.dataset.stream, {
        method: "POST",
        body,
        headers: { Accept: "text/event-stream" },
        signal: underWay.signal,
      });
      if (response.redirected) {
        // The session has ended: this is the sign-in page.
        window.location.assign(response.url);
        return;
      }
      if (!response.ok) throw new Refused(await complaintOf(response));
      const last = await show(response, turn);
      if (last === null) throw new Refused(words.lost);
      await finish(last, turn);
    } catch (error) {
      fail(turn, error);
    } finally {
      underWay = null;
      busy(false);
    }
  }

  class Refused extends Error {}

  /* The part of the page that one answer streams into, by the names of its pieces. */
  function begin(question) {
    const section = document.getElementById("turn").content.firstElementChild.cloneNode(true);
    const parts = { section };
    for (const part of section.querySelectorAll("[data-part]")) parts[part.dataset.part] = part;
    parts.question.textContent = question;
    complaint.textContent = "";
    announcer.textContent = words.searching;
    document.getElementById("ask").classList.add("answered");
    place.replaceChildren(section);
    busy(true);
    return parts;
  }

  function busy(now) {
    send.hidden = now;
    stop.hidden = !now;
  }

  /* Reads the stream to its end; gives the data of "done", or null if it broke off. */
  async function show(response, turn) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let waiting = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return null;
      waiting += value;
      const messages = waiting.split("\n\n");
      waiting = messages.pop();
      for (const message of messages) {
        const { name, data } = parse(message);
        if (name === "done") return data;
        if (name === "error") throw new Refused(data.message);
        if (name === "sources") sources(turn, data);
        if (name === "sentence") sentence(turn, data);
      }
    }
  }

  function parse(message) {
    const lines = Object.fromEntries(
      message
        .split("\n")
        .filter((line) => !line.startsWith(":"))
        .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
    );
    return { name: lines.event, data: lines.data ? JSON.parse(lines.data) : {} };
  }

  function sources(turn, { passages }) {
    const documents = new Set(passages.map((passage) => passage.title)).size;
    turn["status-text"].textContent = passages.length
      ? words.reading.replace("{passages}", passages.length).replace("{documents}", documents)
      : words.nothing;
  }

  function sentence(turn, { number, text }) {
    const span = document.createElement("span");
    span.className = "sentence";
    span.textContent = text;
    const chip = document.createElement("span");
    chip.className = "chip";
    chip.textContent = number;
    turn.text.append(span, chip, " ");
    const spoken = document.createElement("p");
    spoken.textContent = text;
    announcer.append(spoken);
  }

  async function finish({ url }, turn) {
    const target = turn.section;
    await htmx.ajax("GET", url, { target, select: "#reading", swap: "outerHTML" });
    const shown = document.getElementById("reading");
    if (!shown) throw new Refused(words.lost);
    announcer.append(words.done);
    window.history.pushState(null, "", url);
    document.title = `${shown.dataset.title} · Lectern`;
    box.value = "";
    // What is asked next may follow up what was just answered.
    document.getElementById("previous").value = shown.dataset.question;
  }

  function fail(turn, error) {
    const stopped = error.name === "AbortError";
    const text = stopped ? words.stopped : error instanceof Refused ? error.message : words.lost;
    turn.section.removeAttribute("aria-busy");
    turn.status.hidden = true;
    turn["error-text"].textContent = text;
    turn.error.classList.toggle("error", !stopped);
    turn.error.hidden = false;
    announcer.append(text);
  }

  async function complaintOf(response) {
    const type = response.headers.get("Content-Type") || "";
    if (type.startsWith("application/json")) return (await response.json()).message;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return page.querySelector(".lead")?.textContent || words.lost;
  }

  // The permalink is put into the history without a load, so going back must load.
  window.addEventListener("popstate", () => window.location.reload());
})();

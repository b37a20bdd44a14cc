// The conversation on the page: bubbles in their order, each once, days between them.

import { element, say } from "./wording.js";

const log = document.getElementById("log");
const newer = document.getElementById("newer");

newer.addEventListener("click", () => toBottom());
addEventListener("scroll", () => {
  if (atBottom()) newer.hidden = true;
});

function parse(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html; // Made by the server's own template, which escapes what it shows.
  return holder.content.querySelector(".entry");
}

export function known(entry) {
  return document.getElementById(entry.dataset.key) !== null;
}

function atBottom() {
  const page = document.documentElement;
  return page.scrollHeight - page.clientHeight - page.scrollTop < 160;
}

export function toBottom() {
  const page = document.documentElement;
  page.scrollTop = page.scrollHeight;
  newer.hidden = true;
}

// A message that is longer than the screen is read from its beginning.
function reveal(entry) {
  toBottom();
  const top = document.getElementById("top").getBoundingClientRect();
  if (entry.getBoundingClientRect().top < Math.max(0, top.bottom)) {
    entry.scrollIntoView({ block: "start" });
  }
}

// Where new bubbles go: before those that are still on their way.
function end() {
  return log.querySelector(".entry.pending, .entry.failed");
}

// Adds a bubble unless it is there; returns it if it is new.
export function add(html) {
  const entry = html && parse(html);
  if (!entry || known(entry)) return null;
  const stay = !atBottom();
  const waiting = entry.dataset.client && pendingOf(entry.dataset.client);
  if (waiting) waiting.remove();
  const before = end();
  const days = log.querySelectorAll(".day");
  const last = days.length ? days[days.length - 1].dataset.day : "";
  if (entry.dataset.day !== last) {
    const day = element("p", { class: "day", "data-day": entry.dataset.day }, entry.dataset.dayName);
    log.insertBefore(day, before);
  }
  log.insertBefore(entry, before);
  markCurrent();
  if (!stay) reveal(entry);
  else if (entry.classList.contains("bot")) newer.hidden = false;
  return entry;
}

// Puts older bubbles before the others without moving what is being read.
export function prepend(pieces) {
  const page = document.documentElement;
  const distance = page.scrollHeight - page.scrollTop;
  const first = log.firstChild;
  let day = "";
  for (const entry of pieces.map(parse)) {
    if (!entry || known(entry)) continue;
    if (entry.dataset.day !== day) {
      day = entry.dataset.day;
      log.insertBefore(element("p", { class: "day", "data-day": day }, entry.dataset.dayName), first);
    }
    log.insertBefore(entry, first);
  }
  if (first?.classList?.contains("day") && first.dataset.day === day) first.remove();
  page.scrollTop = page.scrollHeight - distance;
}

export function addPending({ id, label }) {
  if (pendingOf(id)) return;
  const entry = element("div", { class: "entry own pending", "data-client": id });
  entry.append(element("p", { class: "meta" }, say("sending")), element("p", { class: "text" }, label));
  log.append(entry);
  toBottom();
}

export function pendingOf(id) {
  return log.querySelector(`.pending[data-client="${CSS.escape(id)}"]`);
}

// The newest message that offers something has the real buttons.
export function markCurrent() {
  const offering = log.querySelectorAll(".entry.bot:has(.choices)");
  offering.forEach((entry, position) => {
    entry.classList.toggle("current", position === offering.length - 1);
  });
}

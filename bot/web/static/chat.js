// The chat page: writing, pressing, handing in files, and what comes back.

import { Live } from "./live.js";
import * as log from "./log.js";
import { Sender, draft, forget } from "./sender.js";
import { Uploader } from "./uploader.js";
import { newId, say, settings } from "./wording.js";

const by = (id) => document.getElementById(id);
const [text, alertBox, files] = [by("text"), by("alert"), by("files")];
const offline = { line: false, sender: false };
let pressedIn = null; // Where the keyboard was when a choice was pressed.

function warn(sentence) {
  alertBox.textContent = sentence;
  alertBox.hidden = !sentence;
}

function showConnection() {
  const sentence = offline.line || offline.sender ? say("offline") : "";
  if (by("connection").textContent !== sentence) by("connection").textContent = sentence;
}

function over() {
  by("connection").textContent = say("over");
  text.disabled = by("send").disabled = by("attach").disabled = true;
  location.reload();
}

function show(html) {
  const entry = log.add(html);
  if (!entry || !entry.classList.contains("bot")) return;
  // Whoever pressed a choice by keyboard goes on from the answer, not from the old message.
  if (pressedIn && pressedIn.contains(document.activeElement)) {
    entry.focus({ preventScroll: true });
    entry.scrollIntoView({ block: "nearest" });
  }
  pressedIn = null;
}

const sender = new Sender({
  arrived(item, html) {
    if (html) log.add(html);
    else log.pendingOf(item.id)?.classList.remove("pending");
    unpress(item.press);
  },
  refused(item, status, sentence) {
    log.pendingOf(item.id)?.remove();
    unpress(item.press);
    if (status === 401) {
      over();
      return;
    }
    warn(sentence);
    // What was typed comes back to the field, so that nothing has to be typed twice.
    if (item.text && !text.value) setText(item.text);
  },
  waiting(isOffline) {
    offline.sender = isOffline;
    showConnection();
  },
});

function send(item, label) {
  warn("");
  const whole = { id: newId(), label, ...item };
  log.addPending(whole);
  sender.add(whole);
}

function setText(value) {
  text.value = value;
  draft.set(value);
  grow();
}

function grow() {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
}

by("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const written = text.value.trim();
  if (!written) {
    text.focus();
    return;
  }
  setText("");
  send({ text: written }, written);
  text.focus();
});

text.addEventListener("input", () => {
  draft.set(text.value);
  grow();
});

text.addEventListener("keydown", (event) => {
  // Vietnamese is typed through an input method: its Enter belongs to the word being written.
  const composing = event.isComposing || event.keyCode === 229;
  const finger = matchMedia("(pointer: coarse)").matches;
  if (event.key === "Enter" && !event.shiftKey && !composing && !finger) {
    event.preventDefault();
    by("composer").requestSubmit();
  }
});

by("log").addEventListener("click", (event) => {
  const button = event.target.closest("button[data-press]");
  if (!button || button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  pressedIn = button.closest(".entry");
  send({ press: button.dataset.press }, button.textContent.trim());
});

function unpress(token) {
  if (!token) return;
  const button = by("log").querySelector(`button[data-press="${CSS.escape(token)}"]`);
  button?.removeAttribute("aria-busy");
}

by("to-menu").addEventListener("click", () => send({ text: "/menu" }, "/menu"));

by("leave").addEventListener("submit", () => forget());

const older = by("older");
older.addEventListener("click", async () => {
  older.disabled = true;
  try {
    const response = await fetch(`${settings.base}older?before=${older.dataset.before}`);
    if (!response.ok) throw new Error(await response.text());
    const section = await response.json();
    log.prepend(section.entries);
    older.dataset.before = section.older ?? "";
    older.hidden = !section.older;
  } catch (error) {
    warn(error instanceof TypeError ? say("offline") : error.message);
  }
  older.disabled = false;
});

// Files

const uploader = new Uploader({
  url: `${settings.base}files`,
  place: by("uploads"),
  arrived: (html) => log.add(html),
  refused: warn,
});

function handIn(chosen) {
  if (by("attach").hidden || !chosen.length) return;
  warn("");
  if (uploader.add(chosen, text.value.trim())) setText("");
}

by("attach").addEventListener("click", () => files.click());
files.addEventListener("change", () => {
  handIn(files.files);
  files.value = "";
  by("attach").focus();
});

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  by("drop").hidden = by("attach").hidden;
});
addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) by("drop").hidden = true;
});
addEventListener("drop", (event) => {
  by("drop").hidden = true;
  if (!carriesFiles(event)) return;
  event.preventDefault();
  handIn(event.dataTransfer.files);
});
text.addEventListener("paste", (event) => {
  if (event.clipboardData?.files.length) {
    event.preventDefault();
    handIn(event.clipboardData.files);
  }
});
addEventListener("beforeunload", (event) => {
  if (uploader.busy) event.preventDefault();
});

// Start

function pin({ unit, person, role, status, note, mayHandIn }) {
  const lines = { person, role, note, standing: status };
  if (unit) lines.unit = unit;
  for (const [id, line] of Object.entries(lines)) {
    if (by(id).textContent !== line) by(id).textContent = line;
  }
  by("attach").hidden = !mayHandIn;
}

// What is scrolled to must not end up behind what is pinned.
new ResizeObserver(([{ target }]) => {
  document.documentElement.style.setProperty("--top", `${target.offsetHeight + 16}px`);
}).observe(by("top"));

setText(draft.get());
log.markCurrent();
for (const item of sender.items) log.addPending(item);
sender.run();
log.toBottom();
new Live(by("log").dataset.cursor, {
  entry: show,
  pinned: pin,
  over,
  state(isConnected) {
    offline.line = !isConnected;
    if (isConnected && sender.items.length) sender.hurry();
    showConnection();
  },
  async refused() {
    const response = await fetch(`${settings.base}older?before=1.1`).catch(() => null);
    if (response?.status === 401) over();
  },
});

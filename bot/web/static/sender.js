// What was written but has not arrived yet. It is kept in the browser until the server has it,
// and sent again under the same id, which the server takes once.

import { settings } from "./wording.js";

const KEY = `cchc:unsent:${settings.base}`;
const DRAFT = `cchc:draft:${settings.base}`;
const PAUSES = [1000, 2000, 5000, 10000, 20000];

function load() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? [];
  } catch {
    return [];
  }
}

export const draft = {
  get: () => localStorage.getItem(DRAFT) ?? "",
  set: (text) => (text ? localStorage.setItem(DRAFT, text) : localStorage.removeItem(DRAFT)),
};

export function forget() {
  localStorage.removeItem(KEY);
  localStorage.removeItem(DRAFT);
}

export class Sender {
  // `arrived(item, html)`, `refused(item, status, sentence)`, `waiting(isOffline)` are told.
  constructor({ arrived, refused, waiting }) {
    this.arrived = arrived;
    this.refused = refused;
    this.waiting = waiting;
    this.items = load();
    this.busy = false;
    this.failures = 0;
    this.wait = 0;
    addEventListener("online", () => this.hurry());
  }

  add(item) {
    this.items.push(item);
    this.save();
    this.run();
  }

  hurry() {
    clearTimeout(this.timer);
    this.run();
  }

  save() {
    localStorage.setItem(KEY, JSON.stringify(this.items));
  }

  async run() {
    if (this.busy || !this.items.length) return;
    this.busy = true;
    const item = this.items[0];
    const done = await this.send(item);
    this.busy = false;
    if (done) {
      this.failures = 0;
      this.items = this.items.filter((other) => other.id !== item.id);
      this.save();
      this.waiting(false);
      this.run();
    } else if (this.wait) {
      this.timer = setTimeout(() => this.run(), this.wait);
    } else {
      this.waiting(true);
      const pause = PAUSES[Math.min(this.failures, PAUSES.length - 1)];
      this.failures += 1;
      this.timer = setTimeout(() => this.run(), pause);
    }
  }

  // True when the matter is settled, false to try again later: after ``wait`` milliseconds,
  // where the server says that it is there and this was too fast.
  async send({ id, text, press }) {
    const item = { id, text, press };
    let response;
    this.wait = 0;
    try {
      response = await fetch(`${settings.base}messages`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CCHC-Token": settings.token },
        body: JSON.stringify(press ? { id, press } : { id, text }),
      });
    } catch {
      return false;
    }
    if (response.status === 429) {
      this.wait = 1000 * (Number(response.headers.get("Retry-After")) || 1);
      return false;
    }
    if (response.status >= 500) return false;
    if (response.ok) {
      const { html } = await response.json().catch(() => ({ html: "" }));
      this.arrived(item, html);
    } else {
      this.refused(item, response.status, await response.text().catch(() => ""));
    }
    return true;
  }
}

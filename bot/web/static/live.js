// The line to the server. It is up only while the page can be seen: a browser allows few such
// lines to one host, and what was missed comes when the page is looked at again.

import { settings } from "./wording.js";

const SILENCE = 50000; // The server says something every 20 seconds.
const PATIENCE = 2500; // A short break is not worth a word.

export class Live {
  // `entry(html)`, `pinned(data)`, `over()`, `state(isConnected)` are told.
  constructor(cursor, told) {
    this.cursor = cursor;
    this.told = told;
    document.addEventListener("visibilitychange", () => this.look());
    addEventListener("online", () => this.restart());
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", () => this.look());
    this.look();
  }

  look() {
    if (document.visibilityState === "hidden") this.close();
    else if (!this.source) this.open();
  }

  open() {
    const source = new EventSource(`${settings.base}events?after=${this.cursor}`);
    this.source = source;
    source.addEventListener("open", () => this.heard());
    source.addEventListener("beat", () => this.heard());
    source.addEventListener("entry", (event) => {
      this.heard();
      this.cursor = event.lastEventId || this.cursor;
      this.told.entry(JSON.parse(event.data).html);
    });
    source.addEventListener("pinned", (event) => {
      this.heard();
      this.told.pinned(JSON.parse(event.data));
    });
    source.addEventListener("over", () => {
      this.close();
      this.told.over();
    });
    source.addEventListener("reload", () => location.reload());
    source.addEventListener("error", () => this.lost(source));
    this.watch();
  }

  heard() {
    clearTimeout(this.doubt);
    this.doubt = null;
    this.told.state(true);
    this.watch();
  }

  watch() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      this.told.state(false);
      this.restart();
    }, SILENCE);
  }

  lost(source) {
    this.doubt ??= setTimeout(() => this.told.state(false), PATIENCE);
    // Refused rather than cut: the browser does not try again by itself then.
    if (source.readyState === EventSource.CLOSED) {
      clearTimeout(this.again);
      this.again = setTimeout(() => this.restart(), 3000);
      this.told.refused();
    }
  }

  restart() {
    this.close();
    this.look();
  }

  close() {
    clearTimeout(this.silence);
    clearTimeout(this.doubt);
    clearTimeout(this.again);
    this.doubt = null;
    this.source?.close();
    this.source = null;
  }
}

// Files on their way to the server, one upload after another, each with its progress.

import { element, megabytes, newId, say, settings } from "./wording.js";

export class Uploader {
  // `arrived(html, id)` and `refused(sentence)` are told; `url` takes the form.
  constructor({ url, place, arrived, refused }) {
    this.url = url;
    this.place = place;
    this.arrived = arrived;
    this.refused = refused;
    this.queue = [];
    this.current = null;
  }

  get busy() {
    return this.current !== null || this.queue.length > 0;
  }

  // Several files at once are one upload. Returns whether it was begun.
  add(files, caption) {
    const chosen = Array.from(files);
    const large = chosen.find((file) => file.size > settings.fileLimit);
    if (large) {
      const limit = megabytes(settings.fileLimit);
      this.refused(say("too_large", { file: large.name, size: megabytes(large.size), limit }));
      return false;
    }
    if (!chosen.length) return false;
    const upload = { id: newId(), files: chosen, caption };
    this.show(upload);
    this.queue.push(upload);
    this.next();
    return true;
  }

  show(upload) {
    const names = upload.files.map((file) => file.name).join(", ");
    upload.row = element("div", { class: "upload" });
    const label = element("p", { class: "file-name", id: `name-${upload.id}` }, names);
    upload.bar = element("progress", { max: 100, value: 0, "aria-labelledby": label.id });
    upload.state = element("p", { class: "state" }, say("upload_waiting"));
    upload.again = element("button", { type: "button", hidden: "" }, say("upload_again"));
    upload.stop = element("button", { type: "button" }, say("upload_stop"));
    upload.again.addEventListener("click", () => this.retry(upload));
    upload.stop.addEventListener("click", () => this.cancel(upload));
    const actions = element("div", { class: "actions" });
    actions.append(upload.again, upload.stop);
    upload.row.append(label, upload.bar, upload.state, actions);
    this.place.append(upload.row);
  }

  next() {
    if (this.current || !this.queue.length) return;
    const upload = (this.current = this.queue.shift());
    const form = new FormData();
    form.append("id", upload.id);
    form.append("caption", upload.caption);
    for (const file of upload.files) form.append("file", file, file.name);
    const request = (upload.request = new XMLHttpRequest());
    request.open("POST", this.url);
    if (settings.token) request.setRequestHeader("X-CCHC-Token", settings.token);
    request.upload.addEventListener("progress", (event) => this.progress(upload, event));
    request.addEventListener("load", () => this.ended(upload, request));
    request.addEventListener("error", () => this.failed(upload, say("upload_lost")));
    request.send(form);
  }

  progress(upload, event) {
    if (!event.lengthComputable) return;
    const percent = Math.floor((100 * event.loaded) / event.total);
    upload.bar.value = percent;
    const values = { percent, done: megabytes(event.loaded), all: megabytes(event.total) };
    upload.state.textContent =
      event.loaded < event.total ? say("upload_progress", values) : say("upload_checking");
  }

  ended(upload, request) {
    if (request.status >= 200 && request.status < 300) {
      let html = "";
      try {
        html = JSON.parse(request.responseText).html;
      } catch {
        // The bubble comes with the live updates then.
      }
      upload.row.remove();
      this.current = null;
      this.arrived(html, upload.id);
      this.next();
    } else if (request.status === 429) {
      this.later(upload, request.getResponseHeader("Retry-After"));
    } else {
      this.failed(upload, request.responseText || say("upload_lost"));
    }
  }

  // Many files at once come faster than one chat may send: the page waits, not the officer.
  later(upload, seconds) {
    upload.state.textContent = say("upload_waiting");
    upload.bar.value = 0;
    this.current = null;
    this.queue.unshift(upload);
    setTimeout(() => this.next(), 1000 * (Number(seconds) || 1));
  }

  failed(upload, sentence) {
    upload.row.classList.add("failed");
    upload.bar.hidden = true;
    upload.state.textContent = sentence;
    upload.again.hidden = false;
    upload.stop.textContent = say("upload_drop");
    this.current = null;
    this.refused(sentence);
    this.next();
  }

  retry(upload) {
    upload.row.classList.remove("failed");
    upload.bar.hidden = false;
    upload.bar.value = 0;
    upload.again.hidden = true;
    upload.stop.textContent = say("upload_stop");
    upload.state.textContent = say("upload_waiting");
    this.queue.push(upload);
    this.next();
  }

  cancel(upload) {
    upload.row.remove();
    this.queue = this.queue.filter((other) => other !== upload);
    if (this.current === upload) {
      upload.request.abort();
      this.current = null;
      this.next();
    }
  }
}

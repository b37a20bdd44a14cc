// The page of a one-time upload link: the same uploads as in the chat, once.

import { Uploader } from "./uploader.js";
import { say, settings } from "./wording.js";

const by = (id) => document.getElementById(id);

function warn(sentence) {
  by("alert").textContent = sentence;
  by("alert").hidden = !sentence;
}

const uploader = new Uploader({
  url: settings.base,
  place: by("uploads"),
  arrived() {
    by("upload").hidden = true;
    by("done").textContent = say("upload_done");
    by("done").hidden = false;
  },
  refused: warn,
});

by("upload").addEventListener("submit", (event) => {
  event.preventDefault();
  warn("");
  uploader.add(by("files").files, by("caption").value.trim());
});

addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  if (!by("upload").hidden) uploader.add(event.dataTransfer.files, by("caption").value.trim());
});
addEventListener("beforeunload", (event) => {
  if (uploader.busy) event.preventDefault();
});

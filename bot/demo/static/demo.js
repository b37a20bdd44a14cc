// Puts the steps on the line, which a style sheet alone cannot know, and keeps the page fresh.

for (const mark of document.querySelectorAll("[data-start]")) {
  const { start, end } = mark.dataset;
  mark.style.left = `${start}%`;
  if (end) mark.style.width = `${end - start}%`;
}
for (const mark of document.querySelectorAll("[data-clamp]")) {
  const room = mark.parentElement.clientWidth;
  const left = (room * mark.dataset.start) / 100 - mark.offsetWidth / 2;
  mark.style.left = `${Math.max(0, Math.min(left, room - mark.offsetWidth))}px`;
}

// What is owed changes in the other tabs: look again when this one is looked at again.
let hidden = false;
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") hidden = true;
  else if (hidden) location.reload();
});

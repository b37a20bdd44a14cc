// The page's own words and settings, handed over as data: no sentence stands in a script.

function read(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

export const settings = read("settings");
const words = read("words");

export function say(name, values = {}) {
  return (words[name] ?? name).replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

export function megabytes(bytes) {
  const amount = bytes / (1024 * 1024);
  const places = amount < 10 ? 1 : 0;
  return `${amount.toLocaleString(document.documentElement.lang, {
    maximumFractionDigits: places,
  })} MB`;
}

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Pages that came over plain http have no randomUUID.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export function element(name, attributes = {}, text = "") {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
}

// Keeps the wall true: one event stream, a watchdog that says when the data is old, ages that count up.
const WATCHDOG_MS = 13000; // the server beats every 5 s; EventSource itself never notices a black-holed link
const wall = document.querySelector("[data-live]");
const stale = document.getElementById("stale");
let stream = null;
let heard = Date.now();

const set = (tile, field, text) => {
  const node = tile.querySelector(`[data-f="${field}"]`);
  if (node && node.textContent !== text) node.textContent = text;
};

const list = (tile, field, texts) => {
  const node = tile.querySelector(`[data-f="${field}"]`);
  if (!node) return;
  node.replaceChildren(...texts.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  node.hidden = texts.length === 0;
};

function update(facts) {
  const tile = document.getElementById(`tile-${facts.id}`);
  if (!tile) { // a device page shows one tile of many; the wall shows all, so a new device needs a new page
    if (wall.dataset.live === "all") location.reload();
    return;
  }
  tile.dataset.health = facts.health;
  tile.dataset.seen = facts.seen_at ?? "";
  tile.toggleAttribute("data-drill", facts.drill);
  banner();
  for (const field of ["health_word", "title", "why", "until"]) set(tile, field, facts[field]);
  list(tile, "faults", facts.faults);
  const img = tile.querySelector("img");
  if (img && facts.picture && img.getAttribute("src") !== facts.picture) {
    img.src = facts.picture;
    img.alt = facts.picture_alt;
  }
  const dark = tile.querySelector("svg.dark-parts");
  if (dark) drawDark(dark, facts);
  for (const zone of tile.querySelectorAll("[data-zone]")) {
    zone.classList.toggle("open", facts.zones_open.includes(zone.dataset.zone));
  }
}

// Lamps that are known to show nothing are crossed out over the picture of what was sent.
function drawDark(node, facts) {
  node.toggleAttribute("hidden", facts.dark.length === 0);
  node.setAttribute("aria-label", facts.dark_words);
  node.replaceChildren(...facts.dark.flatMap(([x, y, width, height]) => {
    const rect = document.createElementNS(node.namespaceURI, "rect");
    for (const [name, value] of Object.entries({ x, y, width, height })) rect.setAttribute(name, value);
    const cross = document.createElementNS(node.namespaceURI, "path");
    cross.setAttribute("d", `M${x} ${y}l${width} ${height}m0 -${height}l-${width} ${height}`);
    return [rect, cross];
  }));
}

// The frame says on every page that an exercise is on; on this one it follows the tiles.
function banner() {
  const node = document.getElementById("drill");
  if (node) node.hidden = wall.dataset.live === "all" ? !document.querySelector("[data-drill]") : node.hidden;
}

function ages() {
  for (const tile of document.querySelectorAll("[data-seen]")) {
    const node = tile.querySelector('[data-f="age"]');
    if (!node || !tile.dataset.seen) continue;
    const seconds = Math.max(0, Math.round((Date.now() - Date.parse(tile.dataset.seen)) / 1000));
    const unit = seconds < 100 ? [seconds, "s"] : seconds < 6000 ? [Math.round(seconds / 60), "min"] : [Math.round(seconds / 3600), "h"];
    node.textContent = unit.join(" ");
  }
}

function watch() {
  const old = Date.now() - heard > WATCHDOG_MS;
  stale.hidden = !old;
  wall.classList.toggle("stale", old);
  ages();
  if (old && !document.hidden) open();
}

function open() {
  stream?.close();
  stream = new EventSource("/live");
  stream.addEventListener("tiles", (event) => {
    heard = Date.now();
    JSON.parse(event.data).forEach(update);
  });
  stream.addEventListener("beat", () => { heard = Date.now(); });
}

if (wall) {
  open();
  setInterval(watch, 1000);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) stream?.close(); // six hidden tabs would use up the browser's connections
    else open();
  });
}

// A message while it is written: the very pages its boards would show, and what is to be said of them, a moment after each key.
// Nothing is kept. Without this script the same is on the page of the draft.
const WAIT_MS = 150;
const MOST_PAGES = 12;
const form = document.querySelector("[data-try]");
const out = document.querySelector("[data-tried]");
const [boards, status] = [out.querySelector("[data-boards]"), out.querySelector("[role=status]")];
const board = document.getElementById("try-board");
const words = document.documentElement.lang;
const wide = matchMedia("(min-width: 60rem)"); // as in lamps.css
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let [timer, asked, running, addresses] = [0, 0, [], []];

function make(name, facts = {}, ...inside) {
  const made = Object.assign(document.createElement(name), facts);
  made.append(...inside);
  return made;
}

function wording() {
  const texts = {};
  for (const area of form.querySelectorAll("[data-wording] textarea")) if (area.value.trim()) texts[area.lang] = area.value;
  const look = {};
  for (const field of form.querySelectorAll("[name^=look-]")) {
    const [name, value] = [field.name.slice(5), field.value.trim()];
    if (value) look[name] = /^[0-9]+$/.test(value) ? Number(value) : value;
  }
  return { texts, look, board: board.value || null };
}

async function ask() {
  const mine = ++asked;
  const body = wording();
  if (!Object.keys(body.texts).length) return show({ findings: [], pages: [] });
  try {
    const answer = await fetch("/api/v1/render/check", {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
    });
    if (mine !== asked) return;
    if (answer.ok) show(await answer.json());
    else status.textContent = out.dataset.failed;
  } catch {
    if (mine === asked) status.textContent = out.dataset.failed;
  }
}

function show(tried) {
  running.forEach(clearInterval);
  addresses.forEach((each) => URL.revokeObjectURL(each));
  [running, addresses, status.textContent] = [[], [], ""];
  form.querySelectorAll("[data-shown]").forEach((each) => each.replaceChildren());
  boards.replaceChildren();
  for (const each of tried.pages.filter((one) => one.pictures.length)) room(each.language).append(view(each));
  out.hidden = !boards.childElementCount;
  for (const list of form.querySelectorAll("[data-wording] ul")) {
    const language = list.parentElement.dataset.wording;
    list.replaceChildren(...once(tried.findings.filter((each) => each.language === language)).map(said));
  }
  const rest = tried.findings.filter((each) => !form.querySelector(`[data-wording="${CSS.escape(each.language)}"]`));
  if (rest.length) boards.append(make("ul", { className: "said" }, ...once(rest).map(said)));
}

// Where there is no room beside the form, a board stands under the text it shows.
const room = (language) => (wide.matches ? null : form.querySelector(`[data-wording="${language}"] [data-shown]`)) ?? boards;

// What is said of several boards in the same words is said once, with where it holds; what blocks comes first.
function once(findings) {
  const found = new Map();
  for (const each of findings) {
    const key = `${each.position} ${each.texts[words] ?? each.text}`;
    const held = found.get(key) ?? found.set(key, { ...each, where: new Set() }).get(key);
    for (const where of each.devices.length ? each.devices : [each.board]) held.where.add(where);
  }
  const grave = ["block", "warn", "info"];
  return [...found.values()].sort((one, other) => grave.indexOf(one.severity) - grave.indexOf(other.severity));
}

function said(finding) {
  const item = make("li", { className: finding.severity }, make("strong", { textContent: out.dataset[finding.severity] }), ` ${finding.texts[words] ?? finding.text}`);
  if (board.options.length > 2) item.append(" ", make("span", { className: "soft", textContent: [...finding.where].map(named).join("; ") }));
  if (finding.position === null) return item;
  const place = make("button", { type: "button", className: "plain small", textContent: out.dataset.place });
  place.addEventListener("click", () => {
    const area = form.querySelector(`[data-wording="${finding.language}"] textarea`);
    const letters = [...area.value]; // positions count characters, fields count halves of some
    const begin = letters.slice(0, finding.position).join("").length;
    area.focus();
    area.setSelectionRange(begin, begin + (letters[finding.position]?.length ?? 0));
  });
  item.append(" ", place);
  return item;
}

function address(base64) {
  const bytes = Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
  addresses.push(URL.createObjectURL(new Blob([bytes], { type: "image/png" })));
  return addresses.at(-1);
}

const named = (where) => [...board.options].find((each) => each.value === where)?.textContent ?? where;

function view(tried) {
  const name = form.querySelector(`[data-wording="${tried.language}"] label span`)?.textContent ?? out.dataset.together;
  const figure = make("figure", { className: "board-view" });
  const facts = { lang: tried.language === "mul" ? words : tried.language, textContent: board.value ? name : `${name} · ${named(tried.board)}` };
  figure.append(make("figcaption", facts));
  if (tried.passing) figure.append(passing(tried, name));
  else {
    for (const [index, picture] of tried.pictures.slice(0, MOST_PAGES).entries()) {
      const label = `${name}, ${out.dataset.page} ${index + 1}/${tried.pictures.length}`;
      figure.append(stage(make("img", { className: "lamps", src: address(picture), alt: label })));
      figure.append(make("div", { className: "soft", lang: words, textContent: `${index + 1}/${tried.pictures.length} · ${tried.seconds[index]} s` }));
    }
    if (tried.pictures.length > MOST_PAGES) figure.append(`… ${tried.pictures.length}`);
  }
  return figure;
}

const stage = (inside) => make("div", { className: "picture" }, inside);

// One picture as long as the line, moved by whole lamps behind a window as wide as the board.
function passing(tried, name) {
  const width = Number(tried.board.split("x")[0]);
  const { lamps, step, interval } = tried.passing;
  const line = make("img", { className: "passing", src: address(tried.pictures[0]), alt: name });
  const pane = make("div", { className: "pane" }, line);
  let begun = performance.now();
  const move = () => {
    const pitch = pane.clientWidth / width;
    line.style.width = `${lamps * pitch}px`;
    const at = calm.matches ? width : (Math.floor((performance.now() - begun) / (interval * 1000)) * step) % (lamps + width);
    line.style.transform = `translateX(${(width - at) * pitch}px)`;
  };
  running.push(setInterval(move, Math.max(20, interval * 1000)));
  requestAnimationFrame(move);
  return stage(pane);
}

// Colours of marked words and signs are written into the text, so that they go wherever the text goes.
for (const tools of form.querySelectorAll(".put")) {
  tools.hidden = false;
  const area = tools.parentElement.querySelector("textarea");
  tools.addEventListener("change", ({ target }) => {
    const [value, marked] = [target.value, area.value.slice(area.selectionStart, area.selectionEnd)];
    target.value = "";
    if (!value) return;
    area.focus();
    const text = target.dataset.put === "sign" ? `:${value}:` : `[${value}: ${marked}]`;
    if (!document.execCommand("insertText", false, text)) area.setRangeText(text, area.selectionStart, area.selectionEnd, "end"); // the first can be undone
    if (target.dataset.put === "colour" && !marked) area.setSelectionRange(area.selectionEnd - 1, area.selectionEnd - 1);
    later();
  });
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(ask, WAIT_MS);
}

form.querySelector("[data-boards-to-try]").hidden = false;
wide.addEventListener("change", ask);
form.addEventListener("input", later);
board.addEventListener("change", ask);
ask();

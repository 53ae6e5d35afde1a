// Boards as they look: every lamp a round dot at its pitch, crisp at any zoom, pages turned at true speed. All of it is drawn
// from the 1:1 picture that approvers hash: one pixel of it is one lamp. Without this script the same pictures are squares.
const DOTS_FROM = 3; // device pixels a lamp; smaller dots would blur, so lamps are squares
const MOST = 40;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

// A whole number of device pixels a lamp: only then is every dot alike.
function fitting(img, room) {
  const dpr = devicePixelRatio || 1;
  return Math.max(1, Math.floor((room * dpr) / img.naturalWidth + 0.001));
}

function dress(img) {
  if (!img.complete || !img.naturalWidth) return;
  const box = img.closest(".picture") ?? img.parentElement;
  const style = getComputedStyle(box);
  const room = box.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  if (room <= 0) return;
  const pitch = Number(img.dataset.pitch) || fitting(img, room);
  const across = pitch / (devicePixelRatio || 1);
  const narrow = !img.dataset.pitch && img.naturalWidth * across > room; // more lamps than the screen has pixels
  img.classList.toggle("dots", pitch >= DOTS_FROM);
  img.style.setProperty("--pitch", `${across}px`);
  img.style.maxWidth = narrow ? "100%" : "none";
  img.style.width = `${img.naturalWidth * across}px`;
  img.style.height = narrow ? "auto" : `${img.naturalHeight * across}px`;
}

const sizes = new ResizeObserver((entries) => {
  for (const entry of entries) entry.target.querySelectorAll("img.lamps").forEach(dress);
});

function take(img) {
  if (img.dataset.taken) return;
  img.dataset.taken = "yes";
  img.addEventListener("load", () => dress(img));
  sizes.observe(img.closest(".picture") ?? img.parentElement);
  dress(img);
}

function view(figure) {
  if (figure.dataset.taken) return;
  figure.dataset.taken = "yes";
  const [stage, tools] = [figure.querySelector(".picture"), figure.querySelector(".tools")];
  const [img, said] = [stage.querySelector("img"), tools.querySelector("[role=status]")];
  const pages = [...figure.querySelectorAll("[data-page]")];
  const play = tools.querySelector("[data-do=play]");
  const [still, strip] = [img.src, figure.dataset.moving];
  let [at, timer, zoom] = [0, 0, 0];

  const show = (page, speak) => {
    at = (page + pages.length) % pages.length;
    const of = pages[at].querySelector("img");
    [img.src, img.alt] = [of.src, of.alt];
    pages.forEach((each, index) => each.setAttribute("aria-current", String(index === at)));
    if (speak) said.textContent = pages[at].dataset.page;
  };
  const turn = () => {
    if (strip) [img.src, timer] = [strip, -1];
    else timer = setTimeout(() => { show(at + 1, false); turn(); }, pages[at].dataset.seconds * 1000);
  };
  const set = (on) => {
    clearTimeout(timer);
    timer = 0;
    if (strip) img.src = still;
    if (on) turn();
    play.setAttribute("aria-pressed", String(on));
    play.textContent = on ? play.dataset.pause : play.dataset.play;
  };
  const scale = (change) => {
    zoom = change ? Math.min(MOST, Math.max(1, (zoom || fitting(img, stage.clientWidth - 16)) + change)) : 0;
    const middle = (stage.scrollLeft + stage.clientWidth / 2) / stage.scrollWidth;
    if (zoom) img.dataset.pitch = zoom;
    else delete img.dataset.pitch;
    dress(img);
    stage.scrollLeft = middle * stage.scrollWidth - stage.clientWidth / 2;
    said.textContent = zoom ? `× ${zoom}` : "";
  };
  const deeds = {
    in: () => scale(Math.max(1, Math.round((zoom || 4) / 4))),
    out: () => scale(-Math.max(1, Math.round((zoom || 4) / 4))),
    fit: () => scale(0),
    play: () => set(!timer),
    next: () => { set(false); show(at + 1, true); },
    back: () => { set(false); show(at - 1, true); },
  };
  const keys = { "+": "in", "=": "in", "-": "out", 0: "fit", " ": "play", PageDown: "next", PageUp: "back" };

  tools.hidden = false;
  tools.addEventListener("click", (event) => deeds[event.target.closest("[data-do]")?.dataset.do]?.());
  stage.addEventListener("keydown", (event) => {
    const deed = keys[event.key];
    if (!deed || event.ctrlKey || event.altKey || event.metaKey || (pages.length < 2 && !(strip && deed === "play") && /play|next|back/.test(deed))) return;
    event.preventDefault();
    deeds[deed]();
  });
  if (pages.length < 2 && !strip) return;
  pages.forEach((each, index) => each.addEventListener("click", () => { set(false); show(index, true); }));
  let begun = false; // by itself only once, when it is first seen, and never for those who want no motion
  new IntersectionObserver((seen, observer) => {
    if (!seen.some((each) => each.isIntersecting) || begun) return;
    begun = true;
    observer.disconnect();
    set(!calm.matches);
  }, { threshold: 0.5 }).observe(stage);
  calm.addEventListener("change", () => { if (calm.matches) set(false); });
}

function look(root) {
  root.querySelectorAll("img.lamps").forEach(take);
  root.querySelectorAll("figure[data-view]").forEach(view);
}

look(document);
new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes) if (node.nodeType === 1) look(node.parentElement ?? node);
}).observe(document.body, { childList: true, subtree: true });

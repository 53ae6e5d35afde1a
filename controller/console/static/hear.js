// Tells the controller when a recording begins and when its end is reached; whoever jumps ahead begins again.
const JUMP_S = 1.5; // timeupdate comes about four times a second; a step beyond this was a hand on the bar

for (const figure of document.querySelectorAll("[data-recording]")) {
  const audio = figure.querySelector("audio");
  const address = `/api/v1/recordings/${figure.dataset.recording}/hearing`;
  let whole = false;
  let last = 0;
  audio.addEventListener("play", () => {
    if (audio.currentTime < JUMP_S) {
      whole = true;
      last = 0;
      fetch(address, { method: "POST" });
    }
  });
  audio.addEventListener("timeupdate", () => {
    if (Math.abs(audio.currentTime - last) > JUMP_S * Math.max(1, audio.playbackRate)) whole = false;
    last = audio.currentTime;
  });
  audio.addEventListener("ended", async () => {
    if (!whole || !(await fetch(`${address}/end`, { method: "POST" })).ok) return;
    const heard = figure.querySelector("[data-heard]");
    if (heard) [heard.hidden, figure.querySelector("[data-unheard]").hidden] = [false, true];
    figure.removeAttribute("data-machine");
    const approve = document.querySelector("[data-needs-hearing]");
    if (approve && !document.querySelector("[data-machine] [data-heard][hidden]")) approve.hidden = true;
  });
}

// Without this script a form uploads as it is; with it a person sees how far a long recording has come, here and there.
const ASK_MS = 700;

function a_ticket() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function follow(ticket, bar, status) {
  const asking = setInterval(async () => {
    const answer = await fetch(`/api/v1/uploads/${ticket}`).catch(() => null);
    if (!answer?.ok) return;
    const { share } = await answer.json();
    bar.value = share;
    status.textContent = `${status.dataset.working} ${Math.round(100 * share)} %`;
  }, ASK_MS);
  return () => clearInterval(asking);
}

function refused(request, form, bar, status) {
  if (request.getResponseHeader("content-type")?.startsWith("text/html")) {
    document.open();
    document.write(request.responseText);
    document.close();
    return;
  }
  bar.hidden = true;
  form.querySelector("button").disabled = false;
  const problem = JSON.parse(request.responseText || "{}");
  status.textContent = (request.status === 413 && status.dataset.large) || problem.detail || problem.title || request.statusText;
}

for (const form of document.querySelectorAll("[data-upload]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const [bar, status] = [form.querySelector("progress"), form.querySelector("[role=status]")];
    const [request, data, ticket] = [new XMLHttpRequest(), new FormData(form), a_ticket()];
    let leave = () => {};
    data.set("ticket", ticket);
    form.querySelector("button").disabled = true;
    bar.hidden = false;
    request.upload.addEventListener("progress", (sent) => {
      bar.value = sent.loaded / sent.total;
    });
    request.upload.addEventListener("load", () => {
      bar.removeAttribute("value");
      status.textContent = status.dataset.working;
      leave = follow(ticket, bar, status);
    });
    request.addEventListener("load", () => {
      leave();
      if (request.status >= 400) refused(request, form, bar, status);
      else location.reload();
    });
    request.addEventListener("error", () => location.reload());
    request.open("POST", form.action);
    request.send(data);
  });
}

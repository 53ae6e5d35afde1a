// One more place in the playlist where the reader is; without this script the same button asks the server for it.
const button = document.querySelector("button[name=add]");

function numbered(place, from, to) {
  for (const part of place.querySelectorAll("[id], [name], [for]")) {
    for (const name of ["id", "name", "for"]) {
      if (part.hasAttribute(name)) part.setAttribute(name, part.getAttribute(name).replace(/-\d+$/, `-${to}`));
    }
  }
  const legend = place.querySelector("legend");
  legend.textContent = legend.textContent.replace(String(from + 1), String(to + 1));
}

function emptied(place) {
  for (const field of place.querySelectorAll("input, select")) {
    if (field.type === "checkbox") field.checked = false;
    else field.value = "";
  }
  place.querySelector("details").open = false;
}

button?.addEventListener("click", (event) => {
  const places = document.querySelectorAll("[data-place]");
  event.preventDefault();
  const last = places[places.length - 1];
  const added = last.cloneNode(true);
  numbered(added, places.length - 1, places.length);
  emptied(added);
  last.after(added);
  added.querySelector("select").focus();
  button.hidden = places.length + 1 >= Number(button.dataset.most);
});

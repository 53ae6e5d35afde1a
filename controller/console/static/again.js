// While somebody has not confirmed, look again every three seconds; not in a tab that nobody sees, nor over a pressed button.
setInterval(() => {
  if (!document.hidden && document.activeElement?.tagName !== "BUTTON") location.reload();
}, 3000);

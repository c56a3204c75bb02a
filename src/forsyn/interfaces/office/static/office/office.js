/* Search by keyboard: / goes to the box, the arrows go through what was found. Everything works without this. */
const box = document.getElementById("office-search");
const found = () => [...document.querySelectorAll("[data-results] .result-link")];

const isTyping = (element) =>
  element instanceof HTMLElement && (element.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(element.tagName));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  if (event.key === "/" && box && !isTyping(document.activeElement)) {
    event.preventDefault();
    box.focus();
    box.select();
    return;
  }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") {
    return;
  }
  const links = found();
  const place = links.indexOf(document.activeElement);
  if (links.length === 0 || (place < 0 && document.activeElement !== box)) {
    return;
  }
  event.preventDefault();
  const next = place + (event.key === "ArrowDown" ? 1 : -1);
  (next < 0 ? box : links[Math.min(next, links.length - 1)]).focus();
});

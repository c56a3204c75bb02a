/* Keeps the progress of a run up to date, and opens the page anew when the work is done. The page works without this. */
const progressBox = document.querySelector("[data-progress]");
const EVERY_MILLISECONDS = 3000;

const lookAgain = async () => {
  const answer = await fetch(progressBox.dataset.progress, { credentials: "same-origin" }).catch(() => null);
  if (answer && answer.ok && !answer.redirected) {
    progressBox.innerHTML = await answer.text();
    if (progressBox.querySelector("[data-finished]")) {
      window.location.reload();
      return;
    }
  }
  window.setTimeout(lookAgain, EVERY_MILLISECONDS);
};

if (progressBox) {
  window.setTimeout(lookAgain, EVERY_MILLISECONDS);
}

/* Starts the design system's own scripts. Every page works without them. */
if (window.DKFDS) {
  window.DKFDS.init();
}
/* A reader of errors should land on them. */
const summary = document.querySelector("main .alert-error");
if (summary) {
  summary.setAttribute("tabindex", "-1");
  summary.focus();
}
/* A passkey that fails says so in words. */
document.addEventListener("allauth.error", (event) => {
  const problem = document.getElementById("webauthn-problem");
  if (problem) {
    event.preventDefault();
    problem.hidden = false;
  }
});

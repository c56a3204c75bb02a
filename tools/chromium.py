"""Finds or gets Chromium for the browser tests; never fails the run.

`make test` calls this first. Which one is used: FORSYN_CHROMIUM, else Debian's /usr/bin/chromium (installed here, as
root on Debian or Ubuntu), else the one that Playwright has or can get. Without any, the browser tests are skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SYSTEM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
SKIPPED = "The browser tests will be skipped: {reason}. Install Chromium, or set FORSYN_CHROMIUM to one."
INSTALL_SECONDS = 600


def find() -> Path | None:
    """The Chromium to use, or None."""
    given = os.environ.get("FORSYN_CHROMIUM")
    if given:
        return Path(given) if os.access(given, os.X_OK) else None
    return next((Path(each) for each in SYSTEM if os.access(each, os.X_OK)), None) or _playwrights()


def _playwrights() -> Path | None:
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where it is installed

        with sync_playwright() as playwright:
            path = Path(playwright.chromium.executable_path)
    except Exception:
        return None
    return path if path.exists() else None


def get() -> str | None:
    """Try to have one; return why it did not work, or None when there is one."""
    if find() is not None:
        return None
    if given := os.environ.get("FORSYN_CHROMIUM"):
        return f"FORSYN_CHROMIUM is {given}, which is no program that can be run"
    for step in (_from_debian, _from_playwright):
        step()
        if find() is not None:
            return None
    return "no Chromium was found and none could be installed"


def _from_debian() -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print("Installing Chromium for the browser tests (once) ...", flush=True)
    quiet = {"DEBIAN_FRONTEND": "noninteractive"} | os.environ
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
    _run(["apt-get", "update", "-qq"], quiet)
    _run(install, quiet)


def _from_playwright() -> None:
    print("Asking Playwright for its Chromium (once) ...", flush=True)
    _run([sys.executable, "-m", "playwright", "install", "chromium"], dict(os.environ))


def _run(command: list[str], environment: dict[str, str]) -> None:
    try:
        subprocess.run(command, env=environment, check=False, capture_output=True, timeout=INSTALL_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return


if __name__ == "__main__":
    if reason := get():
        print(SKIPPED.format(reason=reason))

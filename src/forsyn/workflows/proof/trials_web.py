"""Trials of what browsers are told: cookies, and requests to other hosts (SF-07)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from pathlib import Path
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponseBase
from django.template.utils import get_app_template_dirs
from django.utils import translation

from forsyn.workflows.proof.attempts import none_of
from forsyn.workflows.proof.bench import Bench, Finding
from forsyn.workflows.proof.trial import control, invariant

PAGES = ("/konto/", "/cookies/", "/privatlivspolitik/")
"""Pages that anybody may open; every page goes by the same middleware."""
OUR_OWN = re.compile(r"'(self|none)'")
ELSEWHERE = re.compile(
    r"""(?:\b(?:src|srcset|poster|action)\s*=\s*|<link\b[^>]*\bhref\s*=\s*|\burl\(\s*|@import\s+)["']?\s*(?:https?:)?//""",
    re.IGNORECASE,
)
"""Something that a browser fetches by itself, or sends a form to, on another host."""
SETTING = re.compile(r"document\s*\.\s*cookie|localStorage|sessionStorage|indexedDB")
"""A script that keeps something in the browser."""


def _visited(address: str) -> HttpResponseBase:
    """The program's answer to a visitor whom nobody knows."""
    environ: dict[str, object] = {"PATH_INFO": address, "HTTP_HOST": _host(), "wsgi.url_scheme": "https"}
    setup_testing_defaults(environ)
    with translation.override(settings.LANGUAGE_CODE):
        response = _handler().get_response(WSGIRequest(environ))
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise LookupError(f"GET {address} fails; see what `forsyn up` says of it")
    return response


@cache
def _handler() -> BaseHandler:
    handler = BaseHandler()
    handler.load_middleware()
    return handler


def _host() -> str:
    name = next((name for name in settings.ALLOWED_HOSTS if name != "*"), "localhost")
    return f"www{name}" if name.startswith(".") else name


@control(
    "SF-07",
    da="Sider bliver hentet som af en fremmed: browseren får besked på at afvise alt fra andre værter.",
    en="Pages are fetched as by a stranger: the browser is told to refuse everything from other hosts.",
)
def browsers_refuse_other_hosts(bench: Bench) -> Finding:
    """Each directive of the content security policy names ourselves or nobody; forms may go to the sign-in brokers."""
    wrong = [
        f"{address}: {directive.strip()}"
        for address in PAGES
        for directive in _directives(_visited(address))
        if not directive.strip().startswith("form-action") and not _ours(directive)
    ]
    return none_of("Content-Security-Policy of GET /konto/", wrong, tried=len(PAGES))


def _directives(response: HttpResponseBase) -> list[str]:
    told = response.headers.get("Content-Security-Policy", "")
    return [one for one in told.split(";") if one.strip()] or ["no content security policy"]


def _ours(directive: str) -> bool:
    _, _, sources = directive.strip().partition(" ")
    return bool(sources) and all(OUR_OWN.fullmatch(source) for source in sources.split())


@invariant(
    "SF-07",
    da="Siderne sætter kun de cookies, der står i politikken, og programmet kan kun sætte dem.",
    en="The pages set only the cookies that the policy lists, and the program can set no others.",
)
def cookies_are_those_listed(bench: Bench) -> Finding:
    """What the settings name, and what pages really set; none of them for scripts to read."""
    named = {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME}
    wrong = [f"{name} is not as listed" for name in named ^ set(bench.policy.cookies)]
    for address in PAGES:
        for name, cookie in _visited(address).cookies.items():
            if name not in bench.policy.cookies or not cookie["httponly"]:
                wrong.append(f"{address}: {name}")
    return none_of("Set-Cookie of GET /konto/", wrong, tried=len(named))


@invariant(
    "SF-07",
    da="Ingen side, stil eller script henter noget fra andre værter eller gemmer noget i browseren.",
    en="No page, style or script fetches anything from other hosts or keeps anything in the browser.",
)
def nothing_is_fetched_elsewhere(bench: Bench) -> Finding:
    """The text of every template, style and script of the program's own."""
    files = list(_our_files())
    wrong = [path.name for path in files if _reaches_out(path)]
    return none_of("src, href, action, url() and @import of every template and style", wrong, tried=len(files))


def _our_files() -> Iterator[Path]:
    ours = Path(settings.PACKAGE) if hasattr(settings, "PACKAGE") else Path(__file__).parents[2]
    folders = [*settings.TEMPLATES[0]["DIRS"], *get_app_template_dirs("templates"), *settings.STATICFILES_DIRS]
    folders += get_app_template_dirs("static")
    for folder in map(Path, folders):
        if folder.is_relative_to(ours):
            yield from (path for path in folder.rglob("*") if path.suffix in {".html", ".css", ".js", ".svg"})


def _reaches_out(path: Path) -> bool:
    text = path.read_text(encoding="utf-8")
    vendored = "dkfds" in path.parts
    return bool(ELSEWHERE.search(text)) or (path.suffix == ".js" and not vendored and bool(SETTING.search(text)))


TRIALS = (browsers_refuse_other_hosts, cookies_are_those_listed, nothing_is_fetched_elsewhere)

"""One door out: no code opens a way out of the program but the few that are listed here, each with its reason."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "forsyn"
FILES = sorted(path for path in SOURCE.rglob("*.py") if not {"migrations", "tests"} & set(path.parts))

WAYS_OUT = (
    "aiohttp", "asyncio", "django.core.mail", "ftplib", "http.client", "http.server", "httpx", "imapclient", "imaplib",
    "nntplib", "paramiko", "poplib", "requests", "smtplib", "socket", "socketserver", "ssl", "subprocess", "telnetlib",
    "urllib.request", "urllib3", "webbrowser", "websockets", "xmlrpc",
)  # fmt: skip
"""Modules of the standard library, and packages, by which something can leave the machine or the process."""

TRANSPORTS = {
    "integrations/mail/transport.py": "hands mails to the mail server, over TLS; only the door's workflow calls it",
}
"""Where a way out belongs: integrations/*/transport.py."""

COMES_IN = {
    "integrations/mailbox/transport.py": "fetches mails, over TLS: what leaves is the mail box's own name and password",
}
"""Transports by which something comes in, and nobody's data leave."""

NOT_OUT = {
    "config/embedded_postgres.py": "starts PostgreSQL's own programs on this machine",
    "config/machine.py": "finds a free port, and starts the program's own server processes",
    "interfaces/sign_in/views.py": "names the error of allauth's request to a sign-in provider; sends nothing itself",
}
"""File -> why it may, although it is no transport: no person's data go this way."""

FILES_WRITTEN = {
    "config/embedded_postgres.py": "the embedded server's own set-up, password and log",
    "config/environment.py": "the program's secret key",
    "config/keys.py": "the key ring",
    "config/postgres_programs.py": "where PostgreSQL's programs were unpacked",
    "domain/metering/spool.py": "a delivery being read, in a folder of its own that is deleted",
    "integrations/customer_files/rejects.py": "rows of a customer file that its sender must mend, beside that file",
    "integrations/erasure_log/transport.py": "who was erased, as keyed hashes, so that a restore can be followed up",
    "integrations/outgoing_files/transport.py": "batches of bills for their carriers, on the door's record",
    "integrations/packages/codec.py": "a file within an archive that is made in memory; nothing on the disk",
    "interfaces/access_seals.py": "the newest seal of the access log: a number and a digest",
    "interfaces/cli/access.py": "the copy of a person's data, on the door's record, for its owner's eyes",
    "interfaces/cli/policy.py": "the public notice",
    "interfaces/cli/web_assets.py": "style and script for browsers",
    "workflows/demo.py": "the fictional town's own import files",
    "workflows/demo_payments.py": "files of the fictional town's bank, and of Betalingsservice about it",
    "workflows/payments_out.py": "collections and payouts, on the door's record, for Betalingsservice and the bank",
    "workflows/package_door.py": "a package until it is handed over, in a file without a name that is gone with it",
}
"""File -> what it writes to the disk; nothing that is meant for somebody else but what its row says."""

DOWNLOADS = {
    "interfaces/office/bill_file_views.py": "a customer's bill, on the customer's log, to who answers the customer",
    "interfaces/office/ledger_views.py": "a year's postings, on the log of each they name, to who keeps the books",
    "interfaces/office/outgoing_views.py": "a bill's e-invoice, on the customer's log, to who settles",
    "interfaces/office/overdue_views.py": "who has not paid in time, on the log of each, to who follows it up",
    "interfaces/office/tariff_views.py": "the prices of a tariff: no person's data",
    "interfaces/portal/views_bills.py": "the signed-in person's own bills and account, to that person",
    "interfaces/portal/views_consumption.py": "the signed-in person's own consumption, to that person",
    "interfaces/portal/views_own_requests.py": "our letters to the signed-in person, to that person",
    "interfaces/portal/views_packages.py": "the signed-in person's copy, on the door's record, to that person",
    "interfaces/privacy_desk/breach_act_views.py": "letters to print, on the door's record, to who prints them",
    "interfaces/privacy_desk/consent_views.py": "the signed paper of a consent, to the data protection officer",
    "interfaces/privacy_desk/package_views.py": "a person's copy, on the door's record, or its draft, to who decides",
    "interfaces/privacy_desk/processor_views.py": "a processor agreement, to the data protection officer",
    "interfaces/privacy_desk/notice_views.py": "letters about our sources, on the door's record, to who prints them",
    "interfaces/privacy_desk/request_views.py": "what came with a request, and our letters, to the privacy desk",
    "interfaces/privacy_desk/record_views.py": "the record of processing: declarations, no person's data",
    "interfaces/privacy_desk/views.py": "the data map: names of columns, no person's data",
    "interfaces/staff_access/views.py": "a confidentiality agreement, to those who decide on access",
}
"""File -> what it lets the signed-in person take along, and why that is no disclosure to anybody else."""


def ways_out(tree: ast.AST) -> set[str]:
    """Which of `WAYS_OUT` a module imports."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in {
            "import_module", "__import__",
        }:  # fmt: skip
            names |= {arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)}
    return {way for way in WAYS_OUT if any(name == way or name.startswith(f"{way}.") for name in names)}


def writes_a_file(tree: ast.AST) -> bool:
    """Whether a module opens a file to write, or writes one whole."""
    return any(_writes(node) for node in ast.walk(tree) if isinstance(node, ast.Call))


def _writes(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in {"write_text", "write_bytes", "mkstemp"} or name.endswith(("TemporaryFile", "TemporaryDirectory")):
        return True
    modes = [*call.args[:2], *(word.value for word in call.keywords if word.arg == "mode")]
    return name in {"open", "fdopen"} and any(
        isinstance(mode, ast.Constant) and isinstance(mode.value, str) and set(mode.value) & set("wax+")
        and set(mode.value) <= set("rwaxbt+")
        for mode in modes
    )  # fmt: skip


def lets_download(tree: ast.AST) -> bool:
    """Whether a module answers with a file to keep."""
    return any(
        (isinstance(node, ast.Constant) and isinstance(node.value, str) and "attachment" in node.value.split(";")[0])
        or (isinstance(node, ast.Name) and node.id in {"FileResponse", "content_disposition_header"})
        for node in ast.walk(tree)
    )


def _found(check: object) -> Iterator[str]:
    for path in FILES:
        if check(ast.parse(path.read_text(encoding="utf-8"))):  # type: ignore[operator]
            yield path.relative_to(SOURCE).as_posix()


def test_only_transports_open_a_way_out() -> None:
    assert set(_found(ways_out)) == TRANSPORTS.keys() | COMES_IN.keys() | NOT_OUT.keys()
    assert all(name.startswith("integrations/") and name.endswith("/transport.py") for name in TRANSPORTS | COMES_IN)


def test_only_the_listed_write_files() -> None:
    assert set(_found(writes_a_file)) == FILES_WRITTEN.keys()


def test_only_the_listed_let_download() -> None:
    """Only interfaces answer browsers; elsewhere an "attachment" is one of a mail."""
    assert {name for name in _found(lets_download) if name.startswith("interfaces/")} == DOWNLOADS.keys()


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_only_the_doors_workflow_calls_a_transport(transport: str) -> None:
    module = f"forsyn.{transport.removesuffix('.py').replace('/', '.')}"
    callers = {
        path.relative_to(SOURCE).as_posix()
        for path in FILES
        if not path.is_relative_to(SOURCE / transport.rsplit("/", 1)[0]) and module in _imported(path)
    }
    assert callers == {"workflows/outgoing.py"}


def test_only_the_privacy_desks_workflow_reads_the_mail_box() -> None:
    readers = {
        path.relative_to(SOURCE).as_posix()
        for path in FILES
        if "forsyn.integrations.mailbox.transport" in _imported(path)
    }
    assert readers == {"workflows/privacy_mail.py"}


def _imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return modules | {module.rpartition(".")[0] for module in modules}


def test_the_doors_workflow_sends_nothing_that_is_not_on_record() -> None:
    """Its transport is called in two places: for what was claimed from the outbox, and for what `disclose` let out."""
    tree = ast.parse((SOURCE / "workflows/outgoing.py").read_text(encoding="utf-8"))
    senders = {
        function.name
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "transport.send"
    }
    assert senders == {"_hand_over", "_send_mail"}


@pytest.mark.parametrize(
    "source",
    [
        "import smtplib",
        "from http import client",
        "from urllib.request import urlopen",
        "import requests.sessions",
        "from django.core.mail import send_mail",
        "from django.core import mail",
        "import_module('socket')",
    ],
)
def test_a_way_out_is_seen(source: str) -> None:
    assert ways_out(ast.parse(source))


@pytest.mark.parametrize(
    "source", ["from http import HTTPStatus", "from urllib.parse import urlencode", "import email"]
)
def test_what_is_none_is_not(source: str) -> None:
    assert not ways_out(ast.parse(source))


@pytest.mark.parametrize(
    "source", ["path.write_text(text)", "path.open('w')", "open(path, mode='ab')", "path.open('r+b')"]
)
def test_writing_a_file_is_seen(source: str) -> None:
    assert writes_a_file(ast.parse(source))


@pytest.mark.parametrize("source", ["path.open('rb')", "open(path)", "ring.open(sealed, place)", "path.open()"])
def test_reading_one_is_not(source: str) -> None:
    assert not writes_a_file(ast.parse(source))

"""A real IMAP server (pymap) on this machine, over TLS, with mails put into it."""

from __future__ import annotations

import asyncio
import ssl
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import pytest
from imapclient import IMAPClient
from proxyprotocol.noop import ProxyProtocolNoop
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer

from forsyn.integrations.mailbox.address import MailboxAddress
from tests.certificates import Certificate, certificate

USER = "post@nordbyforsyning.example"
PASSWORD = "en lang kode til post"
HANDLED = "Forsyn"


@dataclass
class MailServer:
    """A server with one user's mails."""

    address: MailboxAddress
    certificate: Certificate

    @contextmanager
    def client(self, folder: str = "INBOX") -> Iterator[IMAPClient]:
        """As the user's own mail program."""
        context = ssl.create_default_context(cafile=str(self.certificate.authority))
        with IMAPClient(self.address.host, self.address.port, ssl=True, ssl_context=context) as client:
            client.login(USER, PASSWORD)
            client.select_folder(folder)
            yield client

    def put(self, content: bytes, *, received_at: datetime | None = None, folder: str = "INBOX") -> None:
        with self.client() as client:
            client.append(folder, content, msg_time=received_at)

    def mails(self, folder: str = "INBOX") -> dict[int, tuple[bytes, tuple[bytes, ...]]]:
        """By UID: the subject as it stands, and the flags less \\Recent."""
        with self.client() as client:
            if not client.folder_exists(folder):
                return {}
            client.select_folder(folder, readonly=True)
            found = client.fetch(client.search(), ["FLAGS", "BODY.PEEK[HEADER.FIELDS (SUBJECT)]"])
            return {
                uid: (
                    next(value for key, value in data.items() if key.startswith(b"BODY")).strip(),
                    tuple(flag for flag in data[b"FLAGS"] if flag != b"\\Recent"),
                )
                for uid, data in found.items()
            }


@contextmanager
def running(files: Certificate) -> Iterator[MailServer]:
    """The server, until the block ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        server = asyncio.run_coroutine_threadsafe(_started(files), loop).result(30)
        port = server.sockets[0].getsockname()[1]
        yield MailServer(MailboxAddress("localhost", port, USER, "INBOX"), files)
        loop.call_soon_threadsafe(server.close)
    finally:
        asyncio.run_coroutine_threadsafe(_ended(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()


async def _started(files: Certificate) -> asyncio.Server:
    args = Namespace(
        host="127.0.0.1", port=0, debug=False, cert=None, key=None, tls=False, passlib_cfg=None, proxy_protocol="noop",
        demo_data=False, demo_user=USER, demo_password=PASSWORD,
    )  # fmt: skip
    backend, config = await DictBackend.init(args)
    config.apply_context()
    serve = ProxyProtocolReader(ProxyProtocolNoop()).get_callback(IMAPServer(backend.login, config))
    return await asyncio.start_server(serve, host="127.0.0.1", port=0, ssl=files.context(), limit=2**20)


async def _ended() -> None:
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture(scope="session")
def server_certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("imap"))


@pytest.fixture
def mail_server(server_certificate: Certificate) -> Iterator[MailServer]:
    """One that nobody has written to yet."""
    with running(server_certificate) as server:
        yield server

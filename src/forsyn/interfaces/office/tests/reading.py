"""Pages as a reader sees them."""

from __future__ import annotations

import re
from html import unescape

from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags


def read(body: str) -> str:
    """A page's content as a reader sees it, blanks made one."""
    main = body[body.index("<main") : body.index("</main>")]
    return re.sub(r"\s+", " ", unescape(strip_tags(main.replace("<", " <"))))


def words(client: Client, address: str) -> str:
    """The content of the page at an address."""
    return read(client.get(address).content.decode())


def search(client: Client, text: str, **more: str) -> str:
    """The content of the search page."""
    return read(client.get(reverse("office:search"), {"q": text, **more}).content.decode())

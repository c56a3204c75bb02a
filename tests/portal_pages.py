"""Pages of the portal in a test client: their words, and forms sent for a customer number."""

from __future__ import annotations

import html
import re

from django.test import Client
from django.urls import reverse


def words(content: bytes) -> str:
    text = re.sub(r"<[^>]+>", " ", content.decode().partition("<main")[2].partition("<footer")[0])
    return html.unescape(re.sub(r"\s+", " ", text))


def page(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(f"portal:{name}", args=args))
    assert answer.status_code == 200
    return words(answer.content)


def send(client: Client, name: str, *args: object, customer: str = "1001", **form: str) -> str:
    answer = client.post(reverse(f"portal:{name}", args=args), {"customer": customer} | form, follow=True)
    assert answer.status_code == 200
    return words(answer.content)

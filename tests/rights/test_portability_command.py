"""`forsyn portability` and the published schema, as operators and other companies meet them."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from forsyn.workflows.declarations import current_policy
from forsyn.workflows.portability_schema import PATH, address_of

pytestmark = pytest.mark.django_db


def test_the_schema_is_published_where_its_id_says() -> None:
    answer = Client().get(PATH)
    assert answer.status_code == 200
    assert json.loads(answer.content)["$id"] == address_of(current_policy())
    assert Client().get(PATH, headers={"If-None-Match": answer["ETag"]}).status_code == 304

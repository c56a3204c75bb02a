"""A mail reads back as it was written, and nothing else reads as one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.integrations.mail.codec import Mail, NotAMail, from_bytes, to_bytes

texts = st.text(st.characters(codec="utf-8"))
mails = st.builds(Mail, to=texts, sender=texts, subject=texts, text=texts, message_id=texts)


@given(mails)
def test_reads_back_equal(mail: Mail) -> None:
    assert from_bytes(to_bytes(mail)) == mail


@given(
    st.binary()
    | st.sampled_from([b"[]", b'{"to": "a"}', b'{"to":1,"sender":"","subject":"","text":"","message_id":""}'])
)
def test_other_bytes_are_no_mail(content: bytes) -> None:
    with pytest.raises(NotAMail, match="are no mail"):
        from_bytes(content)

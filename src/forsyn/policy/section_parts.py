"""What several sections of a policy file have in common: how an item begins, contacts, numbers of companies."""

import re
from collections.abc import Mapping

from forsyn.policy.policy import Contact
from forsyn.policy.reading import Node, dotted

_CLAIM = re.compile(r"(SF|SV|SYS)-\d{1,2}")


def item(node: Node) -> tuple[str, int, Mapping[str, int], tuple[str, ...]]:
    """Key, line, the lines of its keys, and claims: what every item begins with."""
    claims = node.names("claims", required=False, empty=True)
    for claim in claims:
        if not _CLAIM.fullmatch(claim):
            node.note(
                "claims",
                f"{dotted(node.steps)} names the claim {claim!r}.",
                "Write claims as SF-03 or SV-12.",
            )
    lines = {key: node.page.line((*node.steps, key)) for key in node.table}
    return node.key, node.line, lines, claims


def contact(node: Node) -> Contact:
    return Contact(
        name=node.both("name"),
        street=node.text("street"),
        postal_code=node.text("postal_code"),
        city=node.text("city"),
        phone=node.text("phone"),
        email=email(node),
        website=node.text("website"),
    )


def email(node: Node) -> str:
    email = node.text("email")
    if email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
        node.note("email", f"{email!r} is not an e-mail address.", "Write it as name@example.dk.")
    return email


def cvr(node: Node) -> str:
    cvr = node.text("cvr")
    if cvr and not _cvr_checks(cvr):
        node.note("cvr", f"{cvr!r} is not a CVR number.", "Write its 8 digits; the last is a check digit.")
    return cvr


def _cvr_checks(cvr: str) -> bool:
    """Eight digits, the first not 0, weights 2 7 6 5 4 3 2 1, sum divisible by 11 (Erhvervsstyrelsen)."""
    if not re.fullmatch(r"[1-9][0-9]{7}", cvr):
        return False
    return sum(int(digit) * weight for digit, weight in zip(cvr, (2, 7, 6, 5, 4, 3, 2, 1), strict=True)) % 11 == 0

"""What Digital Post demands of a message, each as a small function that tells its problems in Danish. Pure.

No problem repeats a CPR number: it would end in logs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from forsyn.integrations.digital_post.values import (
    Action,
    DigitalPost,
    Document,
    IdType,
    NemSms,
    PdfFile,
    Recipient,
    Sender,
)
from forsyn.kernel.cpr_search import find_cpr
from forsyn.kernel.identifiers import InvalidIdentifier, cpr, cvr
from forsyn.kernel.xml_text import unwritable

LABEL_LENGTH = 256
"""Characters, of every text that has no limit of its own: MeMo's type of texts."""
SHORT_LENGTH = 150
"""Characters of a notification and of a NemSMS."""
LARGEST_BYTES = 99_500_000
"""Of a whole message, base64 and all."""
_NOT_IN_FILENAMES = re.compile(r'[\x00-\x1f<>:"/\\|?*]')
Problems = Iterator[str]


class NotDigitalPost(ValueError):
    """The message cannot be sent. ``problems`` are all of them, in Danish, for the office."""

    def __init__(self, message_id: UUID, problems: tuple[str, ...]) -> None:
        self.problems = problems
        told = "\n".join(f"- {problem}" for problem in problems)
        super().__init__(f"Meddelelsen {message_id} kan ikke sendes til Digital Post:\n{told}")


def check(message: DigitalPost | NemSms) -> None:
    """Raises NotDigitalPost with every problem that the message has."""
    problems = (*_common(message), *(_post(message) if isinstance(message, DigitalPost) else _sms(message)))
    if problems:
        raise NotDigitalPost(message.message_id, problems)


def _common(message: DigitalPost | NemSms) -> Problems:
    if message.message_id.version != 4:
        yield "Meddelelsens id skal være en tilfældig UUID (version 4)."
    yield from _text("Emnet", message.label)
    yield from _sender(message.sender)
    yield from _recipient(message.recipient)
    for where in unwritable(message):
        yield f"{where}: teksten har et tegn, som XML ikke kan bære. Slet det."


def _text(what: str, text: str, length: int = LABEL_LENGTH) -> Problems:
    if not text.strip():
        yield f"{what} mangler."
    if len(text) > length:
        yield f"{what} har {len(text)} tegn; der er plads til {length}."


def _sender(sender: Sender) -> Problems:
    yield from _text("Afsenderens navn", sender.name)
    try:
        if cvr(sender.cvr) != sender.cvr:
            yield "Afsenderens CVR-nummer skal skrives med cifre alene."
    except InvalidIdentifier as wrong:
        yield f"Afsender: {wrong}"


def _recipient(recipient: Recipient) -> Problems:
    if len(recipient.name) > LABEL_LENGTH:
        yield f"Modtagerens navn har {len(recipient.name)} tegn; der er plads til {LABEL_LENGTH}."
    try:
        checked = (cpr if recipient.id_type is IdType.CPR else cvr)(recipient.number)
    except InvalidIdentifier as wrong:
        yield f"Modtager: {wrong}"
        return
    if checked != recipient.number:
        yield f"Modtagerens {recipient.id_type}-nummer skal skrives med cifre alene."
    if recipient.id_type is IdType.CPR and checked[0] in "6789":
        yield (
            "Modtageren har et erstatningsnummer (60 er lagt til dagen). Det kendes ikke i Digital Post: "
            "send brevet med almindelig post."
        )


def _post(message: DigitalPost) -> Problems:
    if message.created_at.tzinfo is None:
        yield "Tidspunktet for meddelelsen mangler sin tidszone."
    if message.notification:
        yield from _open_text("Adviseringen", message.notification)
    if message.case is not None:
        yield from _text("Sagens nummer", message.case.case_id)
        yield from _text("Sagens system", message.case.system)
    for index, document in enumerate((message.main, *message.additional)):
        yield from _document(document, f"Bilag {index}" if index else "Brevet")
    size = sum(len(file.content) * 4 // 3 for each in (message.main, *message.additional) for file in each.files)
    if size > LARGEST_BYTES:
        yield (
            f"Filerne fylder {size / 1e6:.1f} MB, når de pakkes til forsendelse; der er plads til "
            f"{LARGEST_BYTES / 1e6:.1f} MB. Del dem på flere meddelelser."
        )


def _sms(message: NemSms) -> Problems:
    yield from _open_text("Beskeden", message.text)


def _open_text(what: str, text: str) -> Problems:
    """A text that goes through e-mail or SMS, where anybody may read it."""
    yield from _text(what, text, SHORT_LENGTH)
    if find_cpr(text):
        yield f"{what} har tal, der kan være et CPR-nummer. Den kan læses af andre: fjern tallene."


def _document(document: Document, here: str) -> Problems:
    yield from _text(f"{here}: titlen", document.label)
    if not document.files:
        yield f"{here}: der er ingen fil."
    for file in document.files:
        yield from _file(file, here)
    for action in document.actions:
        yield from _action(action, here)


def _file(file: PdfFile, here: str) -> Problems:
    yield from _text(f"{here}: filens navn", file.filename)
    if _NOT_IN_FILENAMES.search(file.filename) or not file.filename.lower().endswith(".pdf"):
        yield f'{here}: filens navn skal ende på .pdf og må ikke have < > : " / \\ | ? eller *.'
    if not file.content.startswith(b"%PDF-"):
        yield f"{here}: filen {file.filename} er ikke en PDF."
    if not re.fullmatch("[a-z]{2}", file.language):
        yield f"{here}: sproget skal være to små bogstaver som da."


def _action(action: Action, here: str) -> Problems:
    yield from _text(f"{here}: knappens tekst", action.label)
    yield from _text(f"{here}: knappens adresse", action.url)
    if not re.fullmatch(r"https://[^\s/]+(/\S*)?", action.url):
        yield f"{here}: knappens adresse skal begynde med https:// og må ikke have mellemrum."
    if _is_naive(action.ends_at):
        yield f"{here}: knappens frist mangler sin tidszone."


def _is_naive(moment: datetime | None) -> bool:
    return moment is not None and moment.tzinfo is None

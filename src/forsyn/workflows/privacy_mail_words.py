"""What is said about marked mails: notes for the clerk, and the receipt for whoever wrote; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from forsyn.integrations.mailbox.codec import IncomingMail
from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Language, Right
from forsyn.policy.wording import date_words

WHOLE_MAIL = "hele mailen"
LONG_TEXT = "mailens-tekst.txt"
NOT_KEPT = "Filen blev ikke hentet: mailen er for stor eller kan ikke læses. Den ligger stadig i postkassen."
_ODDITIES = {
    "several_senders": "Mailen nævner flere afsendere.",
    "no_address": "Mailen har ingen afsenderadresse, der kan svares på.",
    "name_with_address": "Afsenderens navn ligner en anden e-mailadresse end den, mailen kom fra.",
    "mixed_alphabets": "Afsenderens navn blander alfabeter, så det ligner et andet navn, end det er.",
}
_NO_TEXT = "Mailens tekst kunne ikke læses. Se mailen i postkassen."
_ASKED: Mapping[str, Right] = {
    "indsigt": Right.ACCESS,
    "indsigtsanmodning": Right.ACCESS,
    "access": Right.ACCESS,
    "rettelse": Right.RECTIFICATION,
    "berigtigelse": Right.RECTIFICATION,
    "rectification": Right.RECTIFICATION,
    "sletning": Right.ERASURE,
    "erasure": Right.ERASURE,
    "begrænsning": Right.RESTRICTION,
    "restriction": Right.RESTRICTION,
    "indsigelse": Right.OBJECTION,
    "objection": Right.OBJECTION,
    "dataportabilitet": Right.PORTABILITY,
    "portability": Right.PORTABILITY,
    "klage": Right.COMPLAINT,
    "complaint": Right.COMPLAINT,
}


def plainly_asked(subject: str, mark: str) -> Right | None:
    """The right that a subject names and nothing else, as "Persondata: indsigt" does; None where a clerk must read."""
    asked = re.sub(re.escape(mark), " ", subject, flags=re.IGNORECASE)
    words = [word for word in re.findall(r"\w+", asked.lower()) if word not in {"re", "sv", "vs", "fw", "fwd"}]
    return _ASKED.get(words[0]) if len(words) == 1 else None


def noted(mail: IncomingMail) -> str:
    """What the clerk should know before reading, as lines in brackets above the text."""
    notes = [_ODDITIES[key] for key in mail.envelope.oddities]
    if not mail.text:
        notes.append(_NO_TEXT)
    return "".join(f"[{note}]\n" for note in notes) + ("\n" if notes and mail.text else "")


def receipt_subject(policy: Policy, number: str) -> str:
    """Bears the mark and the number, so that what is answered to it finds its way."""
    return f"{policy.controller.subject_mark} {number}: Vi har modtaget din mail / We have received your mail"


def receipt_text(
    policy: Policy, *, number: str, deadline_date: date, files_left: bool, no_text: bool, cpr_taken_out: bool
) -> str:
    """In Danish and in English: nobody knows yet who reads it. It tells nothing of anybody."""
    parts = [
        "\n\n".join(_parts(policy, language, number, deadline_date, files_left, no_text, cpr_taken_out))
        for language in (Language.DANISH, Language.ENGLISH)
    ]
    return "\n\n----------\n\n".join(parts) + "\n"


def _parts(
    policy: Policy,
    language: Language,
    number: str,
    deadline_date: date,
    files_left: bool,
    no_text: bool,
    cpr_taken_out: bool,
) -> list[str]:
    said, contact = _RECEIPT[language], policy.controller.contact
    told = [said["thanks"].format(number=number), said["when"].format(day=date_words(deadline_date, language))]
    told += [said[key] for key, holds in (("files", files_left), ("text", no_text), ("cpr", cpr_taken_out)) if holds]
    reach = " · ".join(each for each in (contact.phone, contact.email, contact.website) if each)
    return [*told, said["not_you"], f"{said['regards']}\n{contact.name.in_(language)}\n{reach}"]


_RECEIPT: Mapping[Language, Mapping[str, str]] = {
    Language.DANISH: {
        "thanks": "Tak for din mail. Vi har fået den, og den har nummer {number}. Skriv nummeret, hvis du kontakter os "
        "om den.",
        "when": "Du får svar så hurtigt som muligt og senest den {day}. Er vi i tvivl om, hvem du er, spørger vi dig "
        "først; indtil da står fristen stille. Send ikke dit CPR-nummer i en mail.",
        "files": "Noget af det, du vedhæftede, var for stort eller kunne ikke læses, så det er ikke kommet med i "
        "sagen. Har vi brug for det, aftaler vi med dig, hvordan du kan sende det.",
        "text": "Vi kunne ikke læse teksten i din mail. Skriv gerne til os igen i almindelig tekst, eller ring til os.",
        "cpr": "Der stod et nummer i din mail, som ligner et CPR-nummer. Det har vi ikke gemt i sagen.",
        "not_you": "Er det ikke dig, der har skrevet til os, skal du ikke gøre noget. Vi sender ingen oplysninger ud, "
        "før vi ved, hvem der har spurgt.",
        "regards": "Venlig hilsen",
    },
    Language.ENGLISH: {
        "thanks": "Thank you for your mail. We have received it, and it has number {number}. Please give the number if "
        "you contact us about it.",
        "when": "You will have an answer as soon as possible and by {day} at the latest. If we are in doubt about who "
        "you are, we ask you first; until then that time stands still. Please do not send your CPR number by mail.",
        "files": "Something that you attached was too large or could not be read, so it is not in the case. If we "
        "need it, we will agree with you how to send it.",
        "text": "We could not read the text of your mail. Please write again in plain text, or call us.",
        "cpr": "There was a number in your mail that looks like a CPR number. We have not kept it in the case.",
        "not_you": "If it was not you who wrote to us, you need do nothing. We send nothing about anybody before we "
        "know who has asked.",
        "regards": "Kind regards",
    },
}

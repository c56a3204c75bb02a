"""Forms whose free text may not hold a CPR number that nobody answered for; `templates/cpr_question.html` shows it.

    class NoteForm(CprAskingForm):
        asks_about = "text"
        text = forms.CharField(...)

Valid, such a form has `settled`, the text as it is to be stored. The page shows the question beside the form's own
fields: ``{% include "cpr_question.html" %}``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _

from forsyn.workflows.cpr_in_text import Answer, NotSettled, Number, Question, Settled, ask_about_cpr, plain, settle

ASKED = "cpr_asked"
"""The hidden field that says which text the answers are to."""


@dataclass(frozen=True)
class Vault:
    """A consent under which a number may be kept, and how a page names it."""

    consent: str
    label: str


class CprAskingForm(forms.Form):
    """A form with one free text. ``vaults``: where a number may go; none where the text is about no customer."""

    asks_about: str
    marks_denied = True
    """Whether the text itself says that a number is none; False where the row keeps a record of the answer."""

    def __init__(self, *args: Any, vaults: Sequence[Vault] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.vaults = tuple(vaults)
        self.settled = Settled("")
        self.consent: str | None = None
        """The consent under which ``settled.moved`` goes to the vault."""
        name = self.add_prefix(self.asks_about)
        self.question: Question | None = ask_about_cpr(self.data.get(name) or "") if self.is_bound else None
        if self.question is not None:
            self._put(self.question)

    @property
    def is_answered(self) -> bool:
        """Whether the answers that came along are to this very text."""
        return self.question is None or self.data.get(ASKED) == self.question.key

    def answers(self) -> Iterator[BoundField]:
        """The fields of the question, for the page."""
        return (self[name] for name in self.fields if name.startswith("cpr_number_"))

    def clean(self) -> dict[str, Any]:
        """Settle the text by the answers, or ask."""
        cleaned = super().clean() or self.cleaned_data
        text = cleaned.get(self.asks_about)
        if self.question is None:
            self.settled = Settled(plain(text or ""))
        elif not self.is_answered:
            for field in self.answers():
                self.errors.pop(field.name, None)  # not answered yet is no mistake
            self.add_error(
                self.asks_about, _("Her står et tal, der ligner et CPR-nummer. Tag stilling til det nedenfor.")
            )
        else:
            self._settle(self.question, cleaned)
        return cleaned

    def _put(self, question: Question) -> None:
        if not self.is_answered:  # answers to another text say nothing of this one
            self.data = self.data.copy()
            for key in [key for key in self.data if key.startswith("cpr_")]:
                del self.data[key]
        for place, number in enumerate(question.numbers):
            self.fields[f"cpr_number_{place}"] = forms.ChoiceField(
                label=_("Er %(number)s et CPR-nummer?") % {"number": " ".join(number.written.split())},
                help_text=_hint(number),
                choices=self._choices(),
                widget=forms.RadioSelect,
                error_messages={"required": _("Vælg, hvad der skal ske med tallet.")},
            )

    def _choices(self) -> list[tuple[str, str]]:
        move = _("Ja. Flyt det til CPR-boksen. Samtykke: %(use)s")
        moves = [(f"{Answer.MOVE}:{vault.consent}", move % {"use": vault.label}) for vault in self.vaults]
        return [
            *moves,
            (Answer.TAKE_OUT, _("Ja. Fjern det fra teksten, og gem det ingen steder")),
            (Answer.NOT_CPR, _("Nej, det er ikke et CPR-nummer. Lad det stå")),
        ]

    def _settle(self, question: Question, cleaned: dict[str, Any]) -> None:
        chosen = [cleaned.get(f"cpr_number_{place}") for place in range(len(question.numbers))]
        if not all(chosen):
            return
        answers = [Answer(str(one).partition(":")[0]) for one in chosen]
        try:
            self.settled = settle(question, answers, mark_denied=self.marks_denied)
        except NotSettled as refusal:
            self.add_error(None, str(refusal))
            return
        moved = [str(one).partition(":")[2] for one in chosen if str(one).startswith(Answer.MOVE)]
        self.consent = moved[0] if moved else None


def _hint(number: Number) -> str:
    if number.is_certain:
        return _("Det er næsten sikkert: kontrolcifferet passer, eller teksten kalder det et CPR-nummer.")
    return _(
        "Det kan være et: de første seks cifre er en dato. Nyere numre har ikke altid et kontrolciffer, der passer."
    )

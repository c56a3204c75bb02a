"""The breach register's words, as people read them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forsyn.domain.accountability.breach_models import Exception34, Risk, SearchKind, StepKind, ToldBy
from forsyn.domain.accountability.rules import Clock, Task

Words = Mapping[str, str | Promise]

NATURES: Words = {
    "confidentiality": _("Oplysninger er kommet frem til nogen, der ikke måtte se dem"),
    "integrity": _("Oplysninger er blevet ændret ved en fejl"),
    "availability": _("Oplysninger er tabt eller kunne ikke bruges"),
}
RISKS: Words = {
    Risk.NONE: _("Det er usandsynligt, at nogen kommer til skade af det"),
    Risk.RISK: _("Risiko: Datatilsynet skal have besked"),
    Risk.HIGH: _("Høj risiko: de berørte skal også have besked"),
}
SHORT_RISKS: Words = {Risk.NONE: _("ingen risiko"), Risk.RISK: _("risiko"), Risk.HIGH: _("høj risiko")}
CLOCKS: Words = {
    Clock.RUNNING: _("skal anmeldes"),
    Clock.SOON: _("skal anmeldes inden et døgn"),
    Clock.OVERDUE: _("fristen er overskredet"),
    Clock.NOTIFIED: _("anmeldt i tide"),
    Clock.NOTIFIED_LATE: _("anmeldt for sent"),
    Clock.NOT_NEEDED: _("skal ikke anmeldes"),
}
BADGES: Mapping[str, str] = {
    Clock.RUNNING: "badge-info",
    Clock.SOON: "badge-warning",
    Clock.OVERDUE: "badge-error",
    Clock.NOTIFIED: "badge-success",
    Clock.NOTIFIED_LATE: "badge-warning",
    Clock.NOT_NEEDED: "badge-success",
}
TASKS: Words = {
    Task.FIND: _("Find dem, bruddet berører"),
    Task.ASSESS: _("Vurder risikoen"),
    Task.NOTIFY: _("Anmeld bruddet"),
    Task.COMPLETE_NOTICE: _("Send resten af anmeldelsen"),
    Task.TELL: _("Skriv til de berørte"),
    Task.PRINT: _("Send eller print de sidste breve"),
    Task.CLOSE: _("Afslut sagen"),
}
STEPS: Words = {
    StepKind.REGISTERED: _("Bruddet blev skrevet ind"),
    StepKind.CHANGED: _("Sagen blev ændret"),
    StepKind.SEARCHED: _("Søgte efter berørte (fundet / nye)"),
    StepKind.LEFT_OUT: _("En kunde blev taget af listen"),
    StepKind.ASSESSED: _("Risikoen blev vurderet"),
    StepKind.PREPARED: _("Anmeldelsen blev skrevet, del"),
    StepKind.NOTIFIED: _("Anmeldelsen blev sendt"),
    StepKind.LETTER: _("Brevet til de berørte blev skrevet"),
    StepKind.TOLD: _("De berørte fik besked"),
    StepKind.EXCEPTION: _("Undtaget fra besked"),
    StepKind.NOTE: _("Notat"),
    StepKind.CLOSED: _("Sagen blev afsluttet"),
}
SEARCHES: Words = {
    SearchKind.NUMBERS: _("Kundenumre"),
    SearchKind.LOOKS: _("Hvem en medarbejder har slået op"),
    SearchKind.DISCLOSURES: _("Hvem en modtager har fået oplysninger om"),
    SearchKind.PLACES: _("Hvem der havde aftale på nogle forsyningssteder"),
    SearchKind.METERS: _("Hvem der havde nogle målere"),
    SearchKind.SUPPLIED: _("Alle, der havde en aftale"),
}
EXCEPTIONS: Words = {
    Exception34.PROTECTED: _("Oplysningerne var beskyttet, så ingen kan læse dem (litra a)"),
    Exception34.AVERTED: _("Vi har siden afværget den høje risiko (litra b)"),
    Exception34.DISPROPORTIONATE: _("Det er uforholdsmæssigt; de får besked offentligt (litra c)"),
}
TOLD: Words = {ToldBy.EMAIL: _("e-mail"), ToldBy.LETTER: _("brev")}
COLUMNS: Words = {
    "title": _("overskrift"),
    "what_happened": _("hvad der er sket"),
    "began_at": _("begyndt"),
    "ended_at": _("stoppet"),
    "aware_at": _("opdaget"),
    "notify_by_at": _("frist"),
    "data_categories": _("oplysninger"),
    "person_groups": _("personer"),
    "approximate_persons": _("anslået antal personer"),
    "approximate_records": _("anslået antal registreringer"),
    "consequences": _("følger"),
    "measures": _("foranstaltninger"),
    "processor": _("databehandler"),
    "on_behalf_of": _("på vegne af"),
    "risk": _("risiko"),
    "letter_da": _("brev på dansk"),
    "letter_en": _("brev på engelsk"),
    "letters_released_at": _("breve frigivet"),
    "exception": _("undtagelse"),
    "closed_at": _("afsluttet"),
}
"""The columns that a reader of the record knows by a name; the rest follow from them."""

"""Changes to the breach register. Each is one transaction, with a step on the record beside it.

The caller has entered P.PRIVACY_RIGHTS. Refusals are `rules.BreachRefused`: Danish sentences for whoever asked; what a
constraint or trigger of the database refuses comes as one, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from forsyn.domain.accountability import rules
from forsyn.domain.accountability.breach_models import Breach, BreachNotice, BreachStep, Exception34, Risk, StepKind
from forsyn.domain.accountability.rules import BreachRefused, Reported
from forsyn.policy.policy import Policy

GONE = "Bruddet findes ikke længere. Gå tilbage til listen."


@contextmanager
def one_change(*, now: datetime) -> Iterator[None]:
    """A transaction whose steps, those of the database too, are dated ``now``; what it refuses is a BreachRefused."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("select set_config('forsyn.now', %s, true)", [now.isoformat()])
            yield
    except IntegrityError as error:
        violated = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if violated in rules.CONSTRAINTS:
            raise BreachRefused(rules.CONSTRAINTS[violated]) from error
        raise


def step(*, breach_id: int, kind: StepKind, text: str = "", by_id: int | None, now: datetime) -> None:
    """Add to the record."""
    BreachStep.objects.create(breach_id=breach_id, at=now, kind=kind, by_id=by_id, text=text.strip(), changes={})


def _locked(breach_id: int) -> Breach:
    found = Breach.objects.select_for_update().filter(pk=breach_id).first()
    if found is None:
        raise BreachRefused(GONE)
    return found


def _facts(reported: Reported) -> dict[str, object]:
    facts: dict[str, object] = asdict(reported) | {"capacity": reported.capacity.value}
    for name in ("title", "what_happened", "consequences", "measures", "on_behalf_of"):
        facts[name] = str(facts[name]).strip()
    facts["data_categories"] = list(reported.data_categories)
    facts["person_groups"] = [str(group) for group in reported.person_groups]
    return facts


def register(*, policy: Policy, reported: Reported, registered_by_id: int, now: datetime) -> int:
    """Put a breach on the register; return its id. The 72 hours run from ``reported.aware_at``."""
    rules.check_reported(policy, reported, now=now)
    with one_change(now=now):
        # notify_by_at is the database's own: it follows from aware_at
        made = Breach.objects.create(
            **_facts(reported), notify_by_at=reported.aware_at, registered_at=now, registered_by_id=registered_by_id
        )
        step(breach_id=made.pk, kind=StepKind.REGISTERED, by_id=registered_by_id, now=now)
    return made.pk


def change(*, policy: Policy, breach_id: int, reported: Reported, by_id: int, now: datetime) -> bool:
    """Correct or complete the facts; what stood before stays on the record. Returns whether anything was new."""
    rules.check_reported(policy, reported, now=now)
    with one_change(now=now):
        row = _locked(breach_id)
        changed = {name: value for name, value in _facts(reported).items() if getattr(row, name) != value}
        for name, value in changed.items():
            setattr(row, name, value)
        if changed:
            row.save(update_fields=list(changed))
    return bool(changed)


def assess(*, breach_id: int, risk: Risk, reason: str, by_id: int, now: datetime) -> None:
    """A named person finds what the breach may do to the persons; may be done again when more is known."""
    if not reason.strip():
        raise BreachRefused("Skriv, hvad I har lagt vægt på i vurderingen.")
    with one_change(now=now):
        row = _locked(breach_id)
        row.risk, row.risk_reason, row.assessed_at, row.assessed_by_id = Risk(risk), reason.strip(), now, by_id
        row.save(update_fields=["risk", "risk_reason", "assessed_at", "assessed_by"])
        step(breach_id=breach_id, kind=StepKind.ASSESSED, text=f"{Risk(risk)}: {reason}", by_id=by_id, now=now)


def note(*, breach_id: int, text: str, by_id: int, now: datetime) -> None:
    """Put something else on the record."""
    if not text.strip():
        raise BreachRefused("Skriv, hvad der skal stå i forløbet.")
    with one_change(now=now):
        _locked(breach_id)
        step(breach_id=breach_id, kind=StepKind.NOTE, text=text, by_id=by_id, now=now)


def prepare_notice(*, breach_id: int, recipient: str, text: str, final: bool, by_id: int, now: datetime) -> int:
    """Keep what is to be sent, as the next phase; one that was not sent is written anew. Returns the notice's id."""
    with one_change(now=now):
        row = _locked(breach_id)
        if row.closed_at is not None:
            raise BreachRefused(rules.CONSTRAINTS["accountability_breach_stays"])
        last = BreachNotice.objects.filter(breach_id=breach_id).order_by("-phase").first()
        if last is not None and last.sent_at is None:
            last.text, last.final, last.prepared_at, last.prepared_by_id = text, final, now, by_id
            last.recipient = recipient
            last.save(update_fields=["text", "final", "recipient", "prepared_at", "prepared_by"])
            kept = last
        else:
            kept = BreachNotice.objects.create(
                breach_id=breach_id,
                phase=1 if last is None else last.phase + 1,
                final=final,
                recipient=recipient,
                text=text,
                prepared_at=now,
                prepared_by_id=by_id,
            )
        step(breach_id=breach_id, kind=StepKind.PREPARED, text=str(kept.phase), by_id=by_id, now=now)
    return kept.pk


def notice_sent(
    *, notice_id: int, disclosure_id: int, sent_at: datetime, late_reason: str, receipt: str, by_id: int, now: datetime
) -> None:
    """A prepared notice was sent: when, by whom, and the receipt; ``late_reason`` where the 72 hours were over."""
    if sent_at > now:
        raise BreachRefused("Anmeldelsen kan ikke være sendt ude i fremtiden. Ret tidspunktet.")
    with one_change(now=now):
        row = BreachNotice.objects.select_for_update().filter(pk=notice_id).first()
        if row is None or row.sent_at is not None:
            raise BreachRefused("Den del af anmeldelsen er allerede sendt.")
        row.sent_at, row.sent_by_id, row.disclosure_id = sent_at, by_id, disclosure_id
        row.late_reason, row.receipt = late_reason.strip(), receipt.strip()
        row.save(update_fields=["sent_at", "sent_by", "disclosure_id", "late_reason", "receipt"])
        step(breach_id=row.breach_id, kind=StepKind.NOTIFIED, text=row.receipt, by_id=by_id, now=now)


def receipt_came(*, notice_id: int, receipt: str, by_id: int, now: datetime) -> None:
    """The authority's own number came after the notice was sent."""
    with one_change(now=now):
        row = BreachNotice.objects.select_for_update().filter(pk=notice_id, sent_at__isnull=False).first()
        if row is None or not receipt.strip():
            raise BreachRefused("Skriv nummeret på kvitteringen til en anmeldelse, der er sendt.")
        row.receipt = receipt.strip()
        row.save(update_fields=["receipt"])
        step(breach_id=row.breach_id, kind=StepKind.NOTIFIED, text=row.receipt, by_id=by_id, now=now)


def except_from_telling(*, breach_id: int, exception: Exception34, reason: str, by_id: int, now: datetime) -> None:
    """A named person finds that persons need not be told of a high risk (Art. 34(3))."""
    if not reason.strip():
        raise BreachRefused("Skriv, hvorfor undtagelsen gælder her.")
    with one_change(now=now):
        row = _locked(breach_id)
        row.exception, row.exception_reason, row.excepted_by_id = Exception34(exception), reason.strip(), by_id
        row.save(update_fields=["exception", "exception_reason", "excepted_by"])
        text = f"{Exception34(exception)}: {reason}"
        step(breach_id=breach_id, kind=StepKind.EXCEPTION, text=text, by_id=by_id, now=now)


def close(*, breach_id: int, lessons: str, by_id: int, now: datetime) -> None:
    """Nothing more is to be done. The database refuses it while somebody must still be notified or told."""
    with one_change(now=now):
        row = _locked(breach_id)
        if row.closed_at is not None:
            raise BreachRefused(rules.CONSTRAINTS["accountability_breach_stays"])
        if row.risk is None:
            raise BreachRefused(rules.CONSTRAINTS["accountability_breach_closed"])
        row.closed_at, row.closed_by_id, row.lessons = now, by_id, lessons.strip()
        row.save(update_fields=["closed_at", "closed_by", "lessons"])
        step(breach_id=breach_id, kind=StepKind.CLOSED, text=lessons, by_id=by_id, now=now)


def reopen(*, breach_id: int, reason: str, by_id: int, now: datetime) -> None:
    """There was more to it after all."""
    if not reason.strip():
        raise BreachRefused("Skriv, hvorfor bruddet åbnes igen.")
    with one_change(now=now):
        row = _locked(breach_id)
        if row.closed_at is None:
            raise BreachRefused("Bruddet er ikke afsluttet.")
        row.closed_at, row.closed_by_id = None, None
        row.save(update_fields=["closed_at", "closed_by"])
        step(breach_id=breach_id, kind=StepKind.NOTE, text=reason, by_id=by_id, now=now)

"""Trials of who gets to data at all: roles of staff, people from other companies, and the log of looks."""

from __future__ import annotations

from datetime import timedelta

from forsyn.domain.safeguards.log_verification import verify
from forsyn.policy.periods import Period
from forsyn.policy.purposes import P
from forsyn.workflows.proof.attempts import NOTHING_TO_TRY, Attempt, counted, none_of, refused
from forsyn.workflows.proof.bench import CHECK_VIOLATION, Bench, Finding, spoken
from forsyn.workflows.proof.deeds import CHANGES_OF_THE_LOG, ENDLESS, EXTERNAL, OWN_GRANT
from forsyn.workflows.proof.trial import control, invariant

STAFF = "select id from accounts_account where kind = 'staff' order by is_active desc, id limit 1"


def staff_account(bench: Bench) -> int | None:
    """A member of staff to try things on, or None where there is nobody."""
    rows = bench.rows(STAFF)
    return int(rows[0][0]) if rows else None


def some_role(bench: Bench) -> str:
    """A role that the policy declares."""
    return next(iter(bench.policy.staff_roles))


def _administration(bench: Bench) -> str:
    return bench.role_of(P.STAFF_ADMINISTRATION)


# -- people from other companies (SV-02, SV-03) ------------------------------------------------------------------------


@control(
    "SV-02",
    "SV-03",
    da="En medarbejder bliver prøvet gjort til fremmed uden en fortrolighedsaftale.",
    en="An account of staff is tried to be made an external one without a confidentiality agreement.",
)
def externals_need_an_agreement(bench: Bench) -> Finding:
    """As the purpose that administers staff; somebody without an agreement."""
    without = [
        account_id
        for (account_id,) in bench.rows(
            "select id from accounts_account as staff where kind = 'staff' and is_active"
            " and not exists (select from accounts_confidentiality_agreement where account_id = staff.id)"
            " and not exists (select from accounts_external_staff where account_id = staff.id) limit 1"
        )
    ]
    return refused(
        bench,
        [
            Attempt(
                _administration(bench), EXTERNAL, "accounts_external_staff", (one,), (CHECK_VIOLATION,),
                "accounts_external_staff",
            )
            for one in without
        ],
    )  # fmt: skip


@control(
    "SV-02",
    "SF-28",
    da="En adgang uden udløb bliver prøvet givet.",
    en="An access without an end is tried to be given.",
)
def no_access_is_endless(bench: Bench) -> Finding:
    """As the purpose that administers staff."""
    account = staff_account(bench)
    if account is None:
        return Finding(spoken(ENDLESS), 0, 0, (), NOTHING_TO_TRY)
    parameters = (account, some_role(bench), bench.today, bench.now, bench.today)
    attempt = Attempt(
        _administration(bench), ENDLESS, "accounts_staff_role", parameters, (CHECK_VIOLATION,),
        "accounts_staff_role_period",
    )  # fmt: skip
    return refused(bench, [attempt])


UNCOVERED = """
    select count(*) from accounts_external_staff as external
     where not exists (select from accounts_confidentiality_agreement as agreed
                        where agreed.account_id = external.account_id and agreed.period @> %s)
       and (exists (select from accounts_staff_role as given
                     where given.account_id = external.account_id and given.ended_at is null and given.period @> %s)
            or exists (select from accounts_session as session
                        where session.account_id = external.account_id and session.expire_date > %s))
"""


@invariant(
    "SV-02",
    "SV-03",
    da="Ingen fremmed har en adgang eller er logget ind i dag uden en gældende fortrolighedsaftale.",
    en="No external has an access or is signed in today without a live confidentiality agreement.",
)
def no_external_without_agreement(bench: Bench) -> Finding:
    """Roles that hold today, and sessions that have not run out."""
    count = bench.count(UNCOVERED, [bench.today, bench.today, bench.now])
    return counted(bench, UNCOVERED, count, "accounts_external_staff", tried=_externals(bench))


UNREASONED = """
    select count(*) from accounts_external_staff as external
      join accounts_staff_role as given on given.account_id = external.account_id
     where given.ended_at is null and (btrim(given.reason) = '' or upper_inf(given.period))
"""


@invariant(
    "SV-02",
    da="Hver fremmeds adgang har en begrundelse og et udløb.",
    en="The access of each external has a reason and an end.",
)
def externals_are_time_boxed(bench: Bench) -> Finding:
    """Roles that are not ended."""
    count = bench.count(UNREASONED)
    return counted(bench, UNREASONED, count, "accounts_staff_role", tried=_externals(bench))


def _externals(bench: Bench) -> int:
    return bench.count("select count(*) from accounts_external_staff")


# -- staff (SF-28) -----------------------------------------------------------------------------------------------------


@control(
    "SF-28",
    da="En medarbejder prøver at give sig selv en adgang.",
    en="A member of staff tries to give himself or herself an access.",
)
def nobody_grants_to_oneself(bench: Bench) -> Finding:
    """As the purpose that administers staff."""
    account = staff_account(bench)
    if account is None:
        return Finding(spoken(OWN_GRANT), 0, 0, (), NOTHING_TO_TRY)
    until = bench.today + timedelta(days=30)
    parameters = (account, some_role(bench), bench.today, until, bench.now, account, bench.today)
    attempt = Attempt(
        _administration(bench), OWN_GRANT, "accounts_staff_role", parameters, (CHECK_VIOLATION,),
        "accounts_staff_role_by_another",
    )  # fmt: skip
    return refused(bench, [attempt])


@control(
    "SF-28",
    da="Hvert formål prøver at rette og slette i loggen over opslag.",
    en="Each purpose tries to change and to delete in the log of looks.",
)
def nobody_changes_the_log(bench: Bench) -> Finding:
    """Its rows, and the seals over them."""
    roles = [bench.names.login, *(bench.names.of(purpose.key) for purpose in bench.purposes())]
    return refused(
        bench, [Attempt(role, deed, f"{role}: {deed.split()[1]}") for role in roles for deed in CHANGES_OF_THE_LOG]
    )


UNREVIEWED = """
    select count(*) from accounts_staff_role as given
      left join unnest(%s::text[], %s::interval[], %s::interval[]) as declared (role, review, longest)
        on declared.role = given.role
     where given.ended_at is null and upper(given.period) > %s
       and (declared.role is null
            or given.review_date < %s
            or given.review_date > greatest(lower(given.period), given.granted_at::date, given.reviewed_at::date)
                                   + declared.review + interval '1 day'
            or upper(given.period) > greatest(lower(given.period), given.granted_at::date) + declared.longest
                                   + interval '1 day')
"""


@invariant(
    "SF-28",
    da="Ingen adgang gælder længere, eller uden eftersyn længere, end politikken siger.",
    en="No access holds for longer, or for longer without review, than the policy says.",
)
def accesses_are_reviewed(bench: Bench) -> Finding:
    """Roles that are not over; one past its review counts for nothing, and is ended the next night."""
    roles = bench.policy.staff_roles.values()
    declared = [
        [one.key for one in roles],
        [_interval(one.review) for one in roles],
        [_interval(one.longest) for one in roles],
    ]
    count = bench.count(UNREVIEWED, [*declared, bench.today, bench.today - timedelta(days=1)])
    tried = bench.count("select count(*) from accounts_staff_role where ended_at is null")
    return counted(bench, UNREVIEWED, count, "accounts_staff_role", tried=tried)


def _interval(period: Period) -> str:
    return f"{period.years} years {period.months} months {period.weeks * 7 + period.days} days"


SIGNED_IN_THOUGH_CLOSED = """
    select count(*) from accounts_session as session join accounts_account as account on account.id = session.account_id
     where not account.is_active and session.expire_date > %s
"""


@invariant(
    "SF-28",
    da="Ingen lukket konto er logget ind.",
    en="No closed account is signed in.",
)
def closed_accounts_are_out(bench: Bench) -> Finding:
    """Sessions that have not run out."""
    count = bench.count(SIGNED_IN_THOUGH_CLOSED, [bench.now])
    return counted(
        bench,
        SIGNED_IN_THOUGH_CLOSED,
        count,
        "accounts_session",
        tried=bench.count("select count(*) from accounts_session"),
    )


@invariant(
    "SF-28",
    da="Loggen over opslag er, som den blev forseglet: intet er fjernet, rettet eller føjet til.",
    en="The log of looks is as it was sealed: nothing was removed, changed or added.",
)
def the_log_is_whole(bench: Bench) -> Finding:
    """All sealed rows hashed anew, and the chain of the seals."""
    kept = max((rule.period for rule in bench.policy.retention_of("access_log")), default=None, key=_days)
    retired_before = bench.now - timedelta(days=_days(kept)) if kept else bench.now - timedelta(days=365 * 100)
    with bench.as_role(bench.role_of(P.SECURITY)):
        found = verify(known=(), retired_before=retired_before)
    return none_of("forsyn audit verify", [str(one.fault) for one in found.findings], tried=found.rows)


def _days(period: Period) -> int:
    return period.years * 365 + period.months * 30 + period.weeks * 7 + period.days


TRIALS = (
    externals_need_an_agreement,
    no_access_is_endless,
    no_external_without_agreement,
    externals_are_time_boxed,
    nobody_grants_to_oneself,
    nobody_changes_the_log,
    accesses_are_reviewed,
    closed_accounts_are_out,
    the_log_is_whole,
)

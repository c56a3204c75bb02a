"""`forsyn payments creditor`: where customers pay."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from django.utils import timezone
from rich.table import Table

from forsyn.domain.billing.actions_creditor import CreditorRefused, pay_to
from forsyn.domain.billing.creditor_queries import creditors
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, explaining, fail, print_json
from forsyn.interfaces.cli.purposes import works_for
from forsyn.policy.purposes import P


@works_for(P.SETTLEMENT)
def creditor(
    context: typer.Context,
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day, of bills' dates.")
    ] = None,
    fi: Annotated[str, typer.Option("--fi", help="FI creditor number, 8 digits.")] = "",
    account: Annotated[str, typer.Option("--account", help="The bank account, as 1234-1234567890.")] = "",
    pbs: Annotated[str, typer.Option("--pbs", help="PBS number, where Betalingsservice collects; 8 digits.")] = "",
    debtor_group: Annotated[str, typer.Option("--debtor-group", help="Its debtor group; up to 5 digits.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")] = False,
) -> None:
    """Show where customers pay; with --from, --fi and --account, say where they pay from a day on.

    It stands on bills that are dated from that day. Without it no bill to pay can be written, and the bank's files are
    not told apart from those of other accounts. What held before ends there; a day that is past keeps what it has.
    """
    host: Host = context.obj
    with host.database(), explaining(CreditorRefused, json=json), purpose(P.SETTLEMENT, actor=None):
        if first is not None or fi or account:
            if first is None or not fi or not account:
                fail("Where customers pay needs --from, --fi and --account.", json=json)
            registration, _, number = account.replace(" ", "").partition("-")
            pay_to(
                from_date=first.date(), fi_creditor=fi, bank_registration=registration, bank_account=number,
                betalingsservice_creditor=pbs, debtor_group=debtor_group, today=timezone.localdate(),
            )  # fmt: skip
        found = creditors()
    if json:
        print_json(
            [
                {"from": row.period.lower, "until": row.period.upper, "fi": row.fi_creditor,
                 "account": f"{row.bank_registration}-{row.bank_account}", "pbs": row.betalingsservice_creditor,
                 "debtor_group": row.debtor_group}
                for row in found
            ]
        )  # fmt: skip
        return
    table = Table("from", "until", "FI creditor", "account", "PBS number", "debtor group", box=None)
    for row in found:
        days = (str(row.period.lower), str(row.period.upper or ""))
        account = f"{row.bank_registration}-{row.bank_account}"
        table.add_row(*days, row.fi_creditor, account, row.betalingsservice_creditor, row.debtor_group)
    console.print(table if found else "Nobody can pay: no creditor number is on record. See --help.")

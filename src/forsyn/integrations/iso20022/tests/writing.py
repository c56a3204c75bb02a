"""A bank, small: writes statements and notices as ISO 20022 has them, version 02 or 08."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from xml.sax.saxutils import escape

from forsyn.integrations.iso20022.values import Direction, Entry, Identity, Message, StructuredReference
from forsyn.kernel.money import kr_text

IDENTITY = Identity(Message.STATEMENT, "MSG-1", "STMT-1", "DK5000400440116243", 7)
BODIES = {Message.STATEMENT: ("BkToCstmrStmt", "Stmt"), Message.NOTICE: ("BkToCstmrDbtCdtNtfctn", "Ntfctn")}


def entry(**facts: object) -> Entry:
    """A payment with a payment line, if nothing else is said."""
    usual = Entry(
        statement=IDENTITY,
        entry_number=1,
        transaction_number=0,
        booking_date=date(2026, 11, 20),
        value_date=date(2026, 11, 20),
        amount_oere=123450,
        direction=Direction.CREDIT,
        reversal=False,
        bank_reference="B-1",
        end_to_end_id="E-1",
        references=(StructuredReference("71", "026840149965328"),),
        text="",
        debtor_name="Kunde Eksempel",
    )
    return replace(usual, **facts)  # type: ignore[arg-type]


@dataclass
class Bank:
    """Writes one statement. ``batches`` are the bank's entries, each with one transaction or several."""

    batches: Sequence[Sequence[Entry]]
    identity: Identity = IDENTITY
    version: str = "02"
    opening_oere: int = 100_000
    closing_oere: int | None = None
    summary: str | None = None
    status: str = "BOOK"
    entry_oere: int | None = None
    """Instead of the right closing balance, summary and sum of a batch."""

    def pieces(self) -> Iterator[str]:
        message, identity = self.identity.message, self.identity
        body, statement = BODIES[message]
        yield (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{message}.001.{self.version}">\n<{body}>\n'
            f"<GrpHdr><MsgId>{escape(identity.message_id)}</MsgId><CreDtTm>2026-11-21T02:00:00</CreDtTm></GrpHdr>\n"
            f"<{statement}>\n<Id>{escape(identity.statement_id)}</Id>\n"
        )
        if identity.sequence_number is not None:
            yield f"<ElctrncSeqNb>{identity.sequence_number}</ElctrncSeqNb>\n"
        yield (
            "<CreDtTm>2026-11-21T02:00:00</CreDtTm>\n"
            f"<Acct><Id><IBAN>{identity.account}</IBAN></Id><Ccy>DKK</Ccy></Acct>\n"
        )
        moved = sum(each.signed_oere for batch in self.batches for each in batch)
        if message is Message.STATEMENT:
            closing = self.opening_oere + moved if self.closing_oere is None else self.closing_oere
            yield _balance("OPBD", self.opening_oere) + _balance("CLBD", closing)
        yield self._summary(moved) if self.summary is None else self.summary
        for batch in self.batches:
            yield self._entry(batch)
        yield f"</{statement}>\n</{body}>\n</Document>\n"

    def written(self) -> bytes:
        return "".join(self.pieces()).encode()

    def _summary(self, net: int) -> str:
        sums = [sum(each.signed_oere for each in batch) for batch in self.batches]
        net_told = f"<TtlNetNtryAmt>{kr_text(abs(net))}</TtlNetNtryAmt><CdtDbtInd>{_way(net)}</CdtDbtInd>"
        if self.version != "02":
            net_told = f"<TtlNetNtry><Amt>{kr_text(abs(net))}</Amt><CdtDbtInd>{_way(net)}</CdtDbtInd></TtlNetNtry>"
        return (
            f"<TxsSummry><TtlNtries><NbOfNtries>{len(sums)}</NbOfNtries>"
            f"<Sum>{kr_text(sum(map(abs, sums)))}</Sum>{net_told}</TtlNtries></TxsSummry>\n"
        )

    def _entry(self, batch: Sequence[Entry]) -> str:
        first = batch[0]
        whole = sum(each.signed_oere for each in batch)
        oere = abs(whole) if self.entry_oere is None else self.entry_oere
        way = _way(whole) if len(batch) > 1 else first.direction
        status = self.status if self.version == "02" else f"<Cd>{self.status}</Cd>"
        value = f"<ValDt><Dt>{first.value_date}</Dt></ValDt>" if first.value_date else ""
        several = f"<Btch><NbOfTxs>{len(batch)}</NbOfTxs></Btch>" if len(batch) > 1 else ""
        told = "".join(self._transaction(each, split=len(batch) > 1) for each in batch)
        return (
            f'<Ntry><Amt Ccy="DKK">{kr_text(oere)}</Amt><CdtDbtInd>{way}</CdtDbtInd>'
            f"<RvslInd>{str(first.reversal).lower()}</RvslInd><Sts>{status}</Sts>"
            f"<BookgDt><Dt>{first.booking_date}</Dt></BookgDt>{value}<AcctSvcrRef>ENTRY</AcctSvcrRef>"
            "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>VCOM</SubFmlyCd></Fmly></Domn></BkTxCd>"
            f"<NtryDtls>{several}{told}</NtryDtls></Ntry>\n"
        )

    def _transaction(self, each: Entry, *, split: bool) -> str:
        amount = f'<Amt Ccy="DKK">{kr_text(each.amount_oere)}</Amt>'
        in_front = behind = ""
        if split and self.version == "02":
            behind = f"<AmtDtls><TxAmt>{amount}</TxAmt></AmtDtls>"
        elif split:
            in_front = f"{amount}<CdtDbtInd>{each.direction}</CdtDbtInd>"
        name = f"<Nm>{escape(each.debtor_name)}</Nm>"
        party = f"<Dbtr>{name if self.version == '02' else f'<Pty>{name}</Pty>'}</Dbtr>" if each.debtor_name else ""
        structured = "".join(
            f"<Strd><CdtrRefInf><Ref>{reference.kind}/{reference.number}</Ref></CdtrRefInf></Strd>"
            for reference in each.references
        )
        lines = "".join(f"<Ustrd>{escape(line)}</Ustrd>" for line in each.text.split("\n") if line)
        returned = f"<RtrInf><Rsn><Cd>{each.return_reason}</Cd></Rsn></RtrInf>" if each.return_reason else ""
        return (
            f"<TxDtls><Refs><AcctSvcrRef>{escape(each.bank_reference)}</AcctSvcrRef>"
            f"<EndToEndId>{escape(each.end_to_end_id or 'NOTPROVIDED')}</EndToEndId></Refs>{in_front}{behind}"
            f"<RltdPties>{party}</RltdPties><RmtInf>{lines}{structured}</RmtInf>{returned}</TxDtls>"
        )


def _balance(code: str, oere: int) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="DKK">{kr_text(abs(oere))}</Amt><CdtDbtInd>{_way(oere)}</CdtDbtInd>'
        "<Dt><Dt>2026-11-20</Dt></Dt></Bal>\n"
    )


def _way(oere: int) -> str:
    return "DBIT" if oere < 0 else "CRDT"

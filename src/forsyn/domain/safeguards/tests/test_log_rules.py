"""Whatever is done to a sealed log shows: a row or a seal removed, added, altered, swapped, or the end cut off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.safeguards.log_rules import (
    Anchor,
    Chain,
    Entry,
    Fault,
    Finding,
    NotAnAnchor,
    Seal,
    anchor,
    batch,
    canonical,
    chained,
    compare,
)

START = datetime(2026, 11, 3, 13, 5, tzinfo=UTC)
NIGHT = START + timedelta(hours=9)
SIZE = 3


@dataclass(frozen=True)
class Log:
    """Rows and their seals, as a database would hold them."""

    rows: tuple[Entry, ...]
    seals: tuple[Seal, ...]

    def faults(self, *known: Anchor) -> list[Finding]:
        chain = Chain(known)
        findings = list(chain.follow(self.seals))
        for seal in self.seals:
            inside = [row for row in self.rows if seal.first_id <= row.id <= seal.last_id]
            findings += compare(seal, batch(seal.first_id, inside))
        return findings + list(chain.end())


def sealed(rows: Sequence[Entry]) -> Log:
    parts = [rows[at : at + SIZE] for at in range(0, len(rows), SIZE)]
    firsts = [1, *(part[-1].id + 1 for part in parts)]
    seals = [
        Seal(0, date(2026, 11, 1), first, part[-1].id, batch(first, part), NIGHT)
        for first, part in zip(firsts, parts, strict=False)
    ]
    return Log(tuple(rows), tuple(chained(None, seals)))


numbers = st.none() | st.integers(1, 2**40)
texts = st.none() | st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=9)
entries = st.builds(
    Entry,
    id=st.just(0),
    at=st.integers(0, 10**9).map(lambda microseconds: START + timedelta(microseconds=microseconds)),
    actor_id=numbers,
    customer_id=numbers,
    kind=st.sampled_from(["look", "list", "search"]),
    aspect=st.sampled_from(["customer_file", "consumption"]),
    subject_id=numbers,
    purpose=st.just("customer_service"),
    search=texts,
    reason=texts,
    request_id=st.uuids(),
)


@st.composite
def logs(draw: st.DrawFn) -> Log:
    """Of 2 to 12 rows; ids leave gaps, as transactions that were rolled back do."""
    rows = draw(st.lists(entries, min_size=2, max_size=12))
    steps = draw(st.lists(st.integers(1, 3), min_size=len(rows), max_size=len(rows)))
    return sealed([replace(row, id=sum(steps[: place + 1])) for place, row in enumerate(rows)])


@given(logs())
def test_what_nobody_touched_is_whole(log: Log) -> None:
    assert log.faults(*(seal.anchor for seal in log.seals)) == []


@given(logs(), st.data())
def test_a_row_removed_is_named(log: Log, data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(log.rows))
    (finding,) = replace(log, rows=tuple(row for row in log.rows if row is not gone)).faults()
    assert (finding.fault, finding.entry_ids) == (Fault.ROW_MISSING, (gone.id,))


@given(logs(), entries, st.data())
def test_a_row_added_within_what_is_sealed_is_named(log: Log, new: Entry, data: st.DataObject) -> None:
    free = sorted(set(range(1, log.seals[-1].last_id)) - {row.id for row in log.rows})
    if not free:
        return
    added = replace(new, id=data.draw(st.sampled_from(free)))
    (finding,) = replace(log, rows=tuple(sorted((*log.rows, added), key=lambda row: row.id))).faults()
    assert (finding.fault, finding.entry_ids) == (Fault.ROW_ADDED, (added.id,))


@given(logs(), entries, st.data())
def test_a_row_altered_in_any_field_is_named(log: Log, new: Entry, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(log.rows) - 1))
    field = data.draw(st.sampled_from(["at", "actor_id", "customer_id", "kind", "aspect", "search", "reason"]))
    before = log.rows[place]
    after = replace(before, **{field: getattr(new, field)})
    findings = replace(log, rows=(*log.rows[:place], after, *log.rows[place + 1 :])).faults()
    assert [(one.fault, one.entry_ids) for one in findings] == (
        [] if after == before else [(Fault.ROW_ALTERED, (before.id,))]
    )


@given(logs(), st.data())
def test_two_rows_that_change_places_are_found(log: Log, data: st.DataObject) -> None:
    one, other = data.draw(st.lists(st.integers(0, len(log.rows) - 1), min_size=2, max_size=2, unique=True))
    rows = list(log.rows)
    rows[one], rows[other] = replace(rows[other], id=rows[one].id), replace(rows[one], id=rows[other].id)
    findings = replace(log, rows=tuple(rows)).faults()
    assert bool(findings) == (tuple(rows) != log.rows)
    assert {one.fault for one in findings} <= {Fault.ROW_ALTERED}


@given(logs(), st.data())
def test_a_seal_taken_out_is_missed(log: Log, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(log.seals) - 1))
    newest = log.seals[-1].anchor
    findings = replace(log, seals=log.seals[:place] + log.seals[place + 1 :]).faults(newest)
    last = place == len(log.seals) - 1
    assert findings == [Finding(Fault.TAIL_CUT if last else Fault.SEAL_MISSING, place + 1)]


@given(logs(), st.data())
def test_a_seal_made_to_fit_altered_rows_no_longer_fits_the_chain(log: Log, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(log.seals) - 1))
    seal = log.seals[place]
    forged = replace(seal, batch=replace(seal.batch, rows_sha256=bytes(32), row_count=seal.batch.row_count + 1))
    found = replace(log, seals=(*log.seals[:place], forged, *log.seals[place + 1 :])).faults()
    assert Finding(Fault.SEAL_ALTERED, place + 1) in found


@given(logs(), st.data())
def test_a_chain_written_anew_differs_from_what_was_noted(log: Log, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(log.rows) - 1))
    forged = sealed([replace(row, actor_id=7) if at == place else row for at, row in enumerate(log.rows)])
    if forged == log:
        return
    assert forged.faults() == []
    assert Finding(Fault.REWRITTEN, len(log.seals)) in forged.faults(log.seals[-1].anchor)


@given(logs(), st.data())
def test_the_end_cut_off_is_told_by_what_was_noted(log: Log, data: st.DataObject) -> None:
    kept = data.draw(st.integers(0, len(log.seals) - 1))
    last_id = log.seals[kept - 1].last_id if kept else 0
    cut = Log(tuple(row for row in log.rows if row.id <= last_id), log.seals[:kept])
    assert cut.faults() == []
    assert cut.faults(log.seals[-1].anchor) == [Finding(Fault.TAIL_CUT, len(log.seals))]


@given(entries, entries)
def test_no_two_rows_have_the_same_bytes(one: Entry, other: Entry) -> None:
    assert (canonical(one) == canonical(other)) == (one == other)


def test_the_bytes_are_those_of_postgresqls_binary_composites() -> None:
    row = Entry(1, datetime(2000, 1, 1, tzinfo=UTC), None, 2, "look", "meter", None, "p", None, None, UUID(int=3))
    assert canonical(row).hex(" ", -4).startswith("0000000b 00000014 00000008 00000000 00000001 000004a0 00000008")


def test_an_anchor_is_read_as_it_is_written() -> None:
    noted = Anchor(12, "ab" * 32)
    assert anchor(f" {noted}\n") == noted
    for text in ("", "12", "0:" + "ab" * 32, "12:abc", "x:" + "ab" * 32, "12:" + "g" * 64):
        with pytest.raises(NotAnAnchor, match="Write its number, a colon"):
            anchor(text)


def test_a_finding_says_which_batch_and_which_rows() -> None:
    assert str(Finding(Fault.ROW_MISSING, 4, (17,))) == ("batch 4: what was sealed is not in the log any more (row 17)")
    assert str(Finding(Fault.ROW_ALTERED, 4, tuple(range(1, 9)))).endswith("(8 rows: 1, 2, 3, 4, 5 and 3 more)")

"""Deliveries of Betalingsservice: collections (0601), what became of them (0602), and agreements (0603). Pure.

Files are fixed-width records of 128 characters in ISO 8859-1. Reading takes pieces of any size, keeps only values, and
gives the whole delivery or raises with everything that is wrong; writing raises before the first byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from forsyn.integrations.betalingsservice.errors import Malformed
from forsyn.integrations.betalingsservice.layout import AGREEMENTS_IN, COLLECTIONS_OUT, LENGTH, PAYMENTS_IN
from forsyn.integrations.betalingsservice.reading import DeliveryReader, lines
from forsyn.integrations.betalingsservice.values import Agreement, Collection, Delivery, Entry, Payment
from forsyn.integrations.betalingsservice.writing import write_delivery

_LONGEST_LINE = 8 * LENGTH
"""Beyond it a file has no lines, and is not held in memory to look for their end."""


def write_collections(delivery: Delivery[Collection]) -> Iterator[bytes]:
    """A delivery 0601, in pieces. Raises NotWritable, with every problem, before anything is written."""
    return write_delivery(COLLECTIONS_OUT, delivery)


def read_collections(pieces: Iterable[bytes], *, where: str) -> Delivery[Collection]:
    """A delivery 0601, such as one that is about to be sent. Raises BetalingsserviceFileError."""
    return _read(COLLECTIONS_OUT, pieces, where)


def read_payments(pieces: Iterable[bytes], *, where: str) -> Delivery[Payment]:
    """A delivery 0602. ``where`` names the file in errors. Raises BetalingsserviceFileError with every problem."""
    return _read(PAYMENTS_IN, pieces, where)


def write_payments(delivery: Delivery[Payment]) -> Iterator[bytes]:
    """A delivery 0602 as Betalingsservice would send it: for demonstrations and tests."""
    return write_delivery(PAYMENTS_IN, delivery)


def read_agreements(pieces: Iterable[bytes], *, where: str) -> Delivery[Agreement]:
    """A delivery 0603. ``where`` names the file in errors. Raises BetalingsserviceFileError with every problem."""
    return _read(AGREEMENTS_IN, pieces, where)


def write_agreements(delivery: Delivery[Agreement]) -> Iterator[bytes]:
    """A delivery 0603 as Betalingsservice would send it: for demonstrations and tests."""
    return write_delivery(AGREEMENTS_IN, delivery)


def _read(delivery_type: str, pieces: Iterable[bytes], where: str) -> Delivery[Entry]:
    reader: DeliveryReader[Entry] = DeliveryReader(delivery_type, where=where)
    try:
        for line in lines(iter(pieces), _LONGEST_LINE):
            reader.take(line)
            if reader.stopped:
                break
    except Malformed as error:
        reader.refuse(error)
    return reader.finish()

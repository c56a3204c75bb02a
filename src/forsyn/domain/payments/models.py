"""The area's tables, from their files."""

from forsyn.domain.payments.collection_models import Collection as Collection
from forsyn.domain.payments.collection_models import CollectionState as CollectionState
from forsyn.domain.payments.collection_models import Mandate as Mandate
from forsyn.domain.payments.collection_models import MandateEnd as MandateEnd
from forsyn.domain.payments.file_models import FileKind as FileKind
from forsyn.domain.payments.file_models import ReceivedFile as ReceivedFile
from forsyn.domain.payments.file_models import SentFile as SentFile
from forsyn.domain.payments.file_models import SentKind as SentKind
from forsyn.domain.payments.payout_models import Payout as Payout
from forsyn.domain.payments.payout_models import PayoutState as PayoutState
from forsyn.domain.payments.payout_models import Route as Route
from forsyn.domain.payments.receipt_models import OPEN as OPEN
from forsyn.domain.payments.receipt_models import Receipt as Receipt
from forsyn.domain.payments.receipt_models import ReceiptState as ReceiptState
from forsyn.domain.payments.receipt_models import Way as Way

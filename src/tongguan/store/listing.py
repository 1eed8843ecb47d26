"""Reading over the whole store, for runs that end with a table of everything. Walks rows as they lie; for an
operator.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from tongguan.clearance.model import Document
from tongguan.store.database import open_reader
from tongguan.store.issued import IssuedReceipt
from tongguan.store.layout import Store
from tongguan.store.packing import SEPARATOR, key_text, key_tuple, unpack_document
from tongguan.store.reading import Reader, cursor_before
from tongguan.store.statements import sql
from tongguan.store.subjects import person_box

_PAGE = 1000
_AFTER = chr(ord(SEPARATOR) + 1)  # what follows every key that begins with a code and the separator


class Listing:
    """One read-only connection. Raises StoreFault ``state-missing`` before an engine has ever opened the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._db = open_reader(store.state_path)

    def close(self) -> None:
        self._db.close()

    def last_event(self) -> int:
        """The number of the newest event, 0 when there is none."""
        return int(self._db.execute(sql("last_event")).fetchone()[0])

    def documents(self, kind: str) -> Iterator[Document]:
        """All documents of one kind in the order in which they were first filed, records opened."""
        for subject_no, person_key, state, record, said in self._db.execute(sql("list_documents"), (kind,)):
            yield unpack_document(state, record, said, person_box(self._store.keys, subject_no, person_key))

    def orders_of_day(self, ebp_code: str, day: date) -> list[str]:
        """The numbers of a platform's orders that were filed on a day (by appTime, China) and stand."""
        first, after = (f"{one:%Y%m%d}000000" for one in (day, day + timedelta(days=1)))
        rows = self._db.execute(sql("orders_of_platform"), (key_text((ebp_code, "")), ebp_code + _AFTER, first, after))
        return [key_tuple(key)[1] for (key,) in rows]

    def receipts_since(self, first_event: int) -> Iterator[tuple[str, IssuedReceipt]]:
        """(exchange id, receipt) of all events from ``first_event`` on, by exchange id and in order."""
        reader = Reader(self._store)
        for (dxp_id,) in self._db.execute(sql("list_addressees"), (first_event,)).fetchall():
            cursor = cursor_before(first_event)
            while True:
                page, cursor = reader.receipts(dxp_id, cursor, _PAGE)
                if not page:
                    break
                for receipt in page:
                    yield dxp_id, receipt
        reader.close()

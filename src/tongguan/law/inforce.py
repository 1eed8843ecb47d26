"""One snapshot of the law and what of it is in force on a day. A decision asks here and nowhere else."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import date
from types import MappingProxyType
from typing import TypeVar, cast

from tongguan.law.calendar import Calendar
from tongguan.law.faults import NoLaw
from tongguan.law.rows import (
    ConsumptionRow,
    GoodsRow,
    HolidayRow,
    LaneRow,
    LimitRow,
    ListRow,
    Parcel,
    RemedyRow,
    RetentionRow,
    Row,
    SettingRow,
    TreatmentRow,
    VatRow,
)

IMPORT_SCHEME = "cbec_import"

_R = TypeVar("_R", bound=Row)
_K = TypeVar("_K", bound=Hashable)


class Law:
    """All dated rows of one snapshot, named by the digest of its packed bytes. Read-only; made by ``build_law``."""

    __slots__ = ("_by_id", "_days", "_pinned", "_rows", "digest")

    def __init__(self, digest: str, rows: Mapping[str, tuple[Row, ...]], pinned: date | None = None) -> None:
        self.digest = digest
        self._rows: Mapping[str, tuple[Row, ...]] = MappingProxyType(dict(rows))
        self._by_id = {row.id: row for table in rows.values() for row in table}
        self._days: dict[date, LawAt] = {}
        self._pinned = pinned

    def at(self, day: date) -> LawAt:
        """The rows in force on a day in China. Kept, so that asking again costs a look-up."""
        found = self._days.get(day)
        if found is None:
            found = self._days[day] = LawAt(self.digest, day, self._rows, self._pinned)
        return found

    def as_of(self, day: date) -> Law:
        """This law with the rows of one day on all days: what a change yet to come would have done before."""
        return Law(self.digest, self._rows, day)

    def table_names(self) -> tuple[str, ...]:
        """The names of the tables, sorted."""
        return tuple(sorted(self._rows))

    def rows(self, name: str) -> tuple[Row, ...]:
        """All rows of one table, through all times, by id. Raises KeyError for an unknown table."""
        return self._rows[name]

    def row(self, row_id: str) -> Row:
        """The row of that id, whenever it is in force; for showing what a decision used. Raises KeyError."""
        return self._by_id[row_id]


class LawAt:
    """The law of one day. Look-ups that must find a row raise NoLaw; the lists (goods, positive list) give None."""

    __slots__ = ("_consumption", "_goods", "_lanes", "_limits", "_listed", "_remedies", "_retention", "_settings",
                 "_treatments", "_vat", "calendar", "day", "digest")  # fmt: skip

    def __init__(
        self, digest: str, day: date, rows: Mapping[str, tuple[Row, ...]], rows_of: date | None = None
    ) -> None:
        self.digest = digest
        self.day = day
        on = rows_of or day

        def live(name: str, kind: type[_R]) -> list[_R]:
            return [cast(_R, row) for row in rows[name] if row.valid_from <= on <= (row.valid_to or date.max)]

        self._limits = {(row.scheme, row.subject, row.limit_type): row for row in live("limits", LimitRow)}
        self._vat = {row.rate_class: row for row in live("vat_rates", VatRow)}
        self._treatments = {(row.scheme, row.condition): row for row in live("import_tax_treatment", TreatmentRow)}
        self._listed = {row.hs8: row for row in live("positive_list", ListRow)}
        self._goods = {row.code: row for row in live("goods", GoodsRow)}
        self._settings = {row.key: row for row in live("settings", SettingRow)}
        self._lanes = tuple(live("lanes", LaneRow))
        self._remedies = tuple(live("remedies", RemedyRow))
        self._retention = tuple(live("retention", RetentionRow))
        self.calendar = Calendar(live("holidays", HolidayRow))
        self._consumption: dict[str, tuple[ConsumptionRow, ...]] = {}
        for row in live("consumption_tax_rates", ConsumptionRow):
            self._consumption[row.hs8] = (*self._consumption.get(row.hs8, ()), row)

    def limit(self, scheme: str, subject: str, limit_type: str) -> LimitRow:
        """A limit, for example ("cbec_import", "buyer_id", "single_transaction"). Raises NoLaw."""
        return self._must(self._limits, (scheme, subject, limit_type), "limits")

    def vat(self, rate_class: str) -> VatRow:
        """The VAT rate of a class (standard, reduced, …). Raises NoLaw."""
        return self._must(self._vat, rate_class, "vat_rates")

    def treatment(self, condition: str, scheme: str = IMPORT_SCHEME) -> TreatmentRow:
        """How a condition (within_limits, single_item_over_limit, over_year, …) is taxed. Raises NoLaw."""
        return self._must(self._treatments, (scheme, condition), "import_tax_treatment")

    def setting(self, key: str) -> SettingRow:
        """A setting of the decision. Raises NoLaw."""
        return self._must(self._settings, key, "settings")

    def has_setting(self, key: str) -> bool:
        """Whether there is such a setting. Snapshots older than a part of the house lack its settings: it sleeps."""
        return key in self._settings

    def goods(self, code: str) -> GoodsRow | None:
        """The tariff line of a 10-digit code, or None when the tariff of the day has none."""
        return self._goods.get(code)

    def listed(self, code: str) -> ListRow | None:
        """The positive list's row for a 10-digit (or 8-digit) code, or None when it is not on the list."""
        return self._listed.get(code[:8])

    def consumption(self, code: str) -> tuple[ConsumptionRow, ...]:
        """The consumption tax rows of a 10-digit code by id, empty for goods that bear none.

        The tariff line names its 8-digit code of the consumption tax table, since codes move over the years.
        """
        line = self._goods.get(code)
        return self._consumption.get(line.consumption_hs8 if line else code[:8], ())

    def lanes(self, parcel: Parcel) -> tuple[LaneRow, ...]:
        """The lanes that an inventory is drawn for, by id; each is a draw of its own."""
        return tuple(row for row in self._lanes if row.covers(parcel))

    def lane(self, row_id: str) -> LaneRow | None:
        """The lane of that id if it is in force."""
        return next((row for row in self._lanes if row.id == row_id), None)

    def remedies(self, act: str) -> tuple[RemedyRow, ...]:
        """What can be done against an act of that kind, by id."""
        return tuple(row for row in self._remedies if act in row.acts)

    def retention(self, *data_classes: str) -> tuple[RetentionRow, ...]:
        """How long data of these classes are kept, by id; none in a law older than that table."""
        return tuple(row for row in self._retention if row.data_class in data_classes)

    def _must(self, rows: Mapping[_K, _R], key: _K, name: str) -> _R:
        try:
            return rows[key]
        except KeyError:
            subject = "/".join(key) if isinstance(key, tuple) else str(key)
            raise NoLaw(name, subject, self.day) from None


def doubtful_rows(law: Law) -> tuple[Row, ...]:
    """Every row marked k or of low confidence, by table and id: what an administrator has still to check (C2)."""
    return tuple(row for name in law.table_names() for row in law.rows(name) if row.doubtful)

"""How the text of each law table is read: a parser for each column, the subject of a row, and what must hold in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from tongguan.codes import table
from tongguan.law.rows import (
    ConsumptionRow,
    GoodsRow,
    HolidayRow,
    LaneRow,
    LimitRow,
    ListRow,
    RemedyRow,
    RetentionRow,
    Row,
    SettingRow,
    TreatmentRow,
    VatRow,
)

Parser = Callable[[str], object]


class BadCell(ValueError):
    """A cell cannot be read; both sentences say why."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh = zh
        self.en = en


@dataclass(frozen=True, slots=True)
class TableSchema:
    """``subject``: the columns that name what a row is about; at most one row a subject is in force on any day.

    ``gaps``: whether a subject may be without a row for a time (goods leave a list and come back; a limit does not).
    ``added``: columns that snapshots made before them lack, and the text that stands for them there. ``later``: the
    whole table is younger than the first snapshots, which are read as if it were empty.
    """

    row: type[Row]
    columns: Mapping[str, Parser]
    subject: tuple[str, ...]
    gaps: bool
    added: Mapping[str, str] = field(default_factory=dict)
    later: bool = False


def text(cell: str) -> str:
    """Any text but an empty one."""
    if not cell.strip():
        raise BadCell("不得为空", "must not be empty")
    return cell


def maybe_text(cell: str) -> str:
    """Any text, also an empty one."""
    return cell


def number(cell: str) -> Decimal:
    """A plain decimal number, 0 or more, without exponent."""
    if not cell or set(cell) - set("0123456789."):
        raise BadCell(f"不是非负小数：{cell}", f"not a plain decimal number of 0 or more: {cell}")
    try:
        return Decimal(cell)
    except InvalidOperation:
        raise BadCell(f"不是非负小数：{cell}", f"not a plain decimal number of 0 or more: {cell}") from None


def maybe_number(cell: str) -> Decimal | None:
    """A plain decimal number, or nothing."""
    return number(cell) if cell else None


def share(cell: str) -> Decimal:
    """A part of a whole: a decimal number from 0 to 1."""
    part = number(cell)
    if part > 1:
        raise BadCell(f"比例须在 0 到 1 之间：{cell}", f"a share lies between 0 and 1: {cell}")
    return part


def maybe_share(cell: str) -> Decimal | None:
    """A share, or nothing."""
    return share(cell) if cell else None


def below_one(cell: str) -> Decimal:
    """A consumption tax rate: a share under 1, since the tax is part of its own base."""
    part = share(cell)
    if part == 1:
        raise BadCell("从价税率须小于 1", "a rate that is part of its own base must be below 1")
    return part


def yes_no(cell: str) -> bool:
    """``yes`` or ``no``."""
    return bool(one_of("yes", "no")(cell) == "yes")


def day(cell: str) -> date:
    """A day as yyyy-MM-dd."""
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise BadCell(f"不是日期 yyyy-MM-dd：{cell}", f"not a day written yyyy-MM-dd: {cell}") from None


def maybe_day(cell: str) -> date | None:
    """A day, or nothing for an open end."""
    return day(cell) if cell else None


def one_of(*words: str) -> Callable[[str], str]:
    """One of the words given."""

    def parse(cell: str) -> str:
        if cell not in words:
            choice = ", ".join(words)
            raise BadCell(f"须为以下之一：{choice}；现为：{cell}", f"must be one of {choice}; is: {cell}")
        return cell

    return parse


def digits(length: int) -> Callable[[str], str]:
    """Exactly so many digits."""

    def parse(cell: str) -> str:
        if len(cell) != length or not cell.isascii() or not cell.isdigit():
            raise BadCell(f"须为 {length} 位数字：{cell}", f"must be {length} digits: {cell}")
        return cell

    return parse


def prefix(cell: str) -> str:
    """Leading digits of a code, or ``*`` for any."""
    if cell != "*" and not (cell.isascii() and cell.isdigit()):
        raise BadCell(f"须为数字前缀或 *：{cell}", f"must be leading digits or *: {cell}")
    return cell


def unit(cell: str) -> str:
    """A unit code of customs."""
    if not table("units").has(cell):
        raise BadCell(f"计量单位代码不存在：{cell}", f"unknown unit code: {cell}")
    return cell


def maybe_unit(cell: str) -> str:
    """A unit code of customs, or nothing."""
    return unit(cell) if cell else cell


def modes(cell: str) -> tuple[str, ...]:
    """Trade modes with blanks between them; ``*`` for any gives an empty tuple."""
    if cell == "*":
        return ()
    found = tuple(cell.split())
    for code in found or ("",):
        if not table("trade_modes").has(code):
            raise BadCell(f"监管方式代码不存在：{code}", f"unknown trade mode: {code}")
    return found


def party(cell: str) -> str:
    """The code of a company, or ``*`` for any."""
    if cell != "*" and not ((cell.isascii() and cell.isalnum() and cell.isupper()) or cell.isdigit()):
        raise BadCell(f"须为企业代码或 *：{cell}", f"must be the code of a company or *: {cell}")
    return cell


def origin(cell: str) -> str:
    """A country code of customs, or ``*`` for any."""
    if cell != "*" and not table("countries").has(cell):
        raise BadCell(f"国别代码不存在：{cell}", f"unknown country code: {cell}")
    return cell


def agency(cell: str) -> str:
    """An agency of the code table."""
    return one_of(*table("agencies"))(cell)


def words_of(*words: str) -> Callable[[str], tuple[str, ...]]:
    """One or more of the words given, with blanks between them."""

    def parse(cell: str) -> tuple[str, ...]:
        return tuple(one_of(*words)(word) for word in cell.split() or ("",))

    return parse


def maybe_whole(cell: str) -> int | None:
    """A whole number, or nothing."""
    return int(digits(len(cell))(cell)) if cell else None


COMMON: Mapping[str, Parser] = {
    "id": text,
    "zh": text,
    "en": text,
    "valid_from": day,
    "valid_to": maybe_day,
    "source": text,
    "confidence": one_of("high", "medium", "low"),
    "mark": one_of("S", "k", "d"),
}

SETTING_UNITS: Mapping[str, Parser] = {
    "yuan": number,
    "share": share,
    "count": number,
    "yes_no": yes_no,
    "days": lambda cell: int(digits(len(cell) or 1)(cell)),
    "months": lambda cell: int(digits(len(cell) or 1)(cell)),
    "minutes": lambda cell: int(digits(len(cell) or 1)(cell)),
}


def setting_unit(cell: str) -> str:
    """A unit of SETTING_UNITS, or ``choice:a|b|…``."""
    if cell not in SETTING_UNITS and not cell.startswith("choice:"):
        raise BadCell(f"未知单位：{cell}", f"unknown unit: {cell}")
    return cell


def setting_value(cell: str, unit_name: str) -> None:
    """Check that a setting's value fits its unit. Raises BadCell."""
    if unit_name.startswith("choice:"):
        one_of(*unit_name.removeprefix("choice:").split("|"))(cell)
    else:
        SETTING_UNITS[unit_name](cell)


SCHEMAS: Mapping[str, TableSchema] = {
    "limits": TableSchema(
        LimitRow,
        {"scheme": text, "subject": text, "limit_type": text, "amount": number, "unit": one_of("CNY", "kg", "person"),
         "inclusive": yes_no, "on_exceed": one_of("refuse", "full_tax", "full_tax_if_one_item")},
        ("scheme", "subject", "limit_type"), gaps=False,
    ),
    "vat_rates": TableSchema(VatRow, {"rate_class": text, "rate": share}, ("rate_class",), gaps=False),
    "consumption_tax_rates": TableSchema(
        ConsumptionRow,
        {"hs8": digits(8), "rate": below_one, "yuan_per_litre": maybe_number, "yuan_per_kg": maybe_number,
         "threshold": maybe_number, "threshold_currency": one_of("", "CNY", "USD"),
         "threshold_per": one_of("", "gram_or_ml", "sheet", "piece", "tonne"),
         "threshold_test": one_of("", "from", "below"), "litres_per_kg": maybe_number},
        ("hs8", "threshold_per", "threshold_test"), gaps=True,
    ),
    "import_tax_treatment": TableSchema(
        TreatmentRow,
        {"scheme": text, "condition": text, "allowed": yes_no, "duty_share": maybe_share, "vat_share": maybe_share,
         "consumption_share": maybe_share, "channel": text, "counts_in_year_limit": yes_no},
        ("scheme", "condition"), gaps=False,
    ),
    "positive_list": TableSchema(
        ListRow,
        {"hs8": digits(8), "basis": text, "remark_kind": text, "trade_modes": modes, "year_limit": maybe_text,
         "remark_zh": maybe_text, "remark_en": maybe_text, "edition": text},
        ("hs8",), gaps=True,
    ),
    "goods": TableSchema(
        GoodsRow,
        {"code": digits(10), "unit1": unit, "unit2": maybe_unit, "mfn_duty": share, "vat_class": text,
         "consumption_hs8": maybe_text, "content": one_of("", "mass", "volume", "sheet")},
        ("code",), gaps=True,
    ),
    "lanes": TableSchema(
        LaneRow,
        {"customs_code": prefix, "goods": prefix, "trade_mode": prefix, "share": share,
         "hold": one_of("review", "examination", "suspend"), "value_from": maybe_number, "value_to": maybe_number,
         "party": party, "origin": origin, "price_outlier": yes_no, "agency": agency},
        ("customs_code", "goods", "trade_mode", "hold", "value_from", "value_to", "party", "origin", "price_outlier",
         "agency"), gaps=True,
        added={"value_from": "", "value_to": "", "party": "*", "origin": "*", "price_outlier": "no",
               "agency": "customs"},
    ),
    "remedies": TableSchema(
        RemedyRow,
        {"acts": words_of("rejection", "detention", "ship_back", "refusal", "tax"),
         "remedy": one_of("human_decision", "reconsideration", "lawsuit", "lawsuit_after_reconsideration"),
         "authority_zh": text, "authority_en": text, "period": maybe_whole,
         "period_unit": one_of("", "days", "months")},
        ("acts", "remedy"), gaps=True, later=True,
    ),
    "retention": TableSchema(
        RetentionRow,
        {"data_class": one_of("accepted", "payment_pull", "unaccepted", "refused", "site", "tax", "access_log", "inbox",
                              "request"),
         "rule": text, "start": one_of("release", "end"), "least": maybe_whole, "most": maybe_whole,
         "unit": one_of("", "days", "months")},
        ("data_class", "rule"), gaps=True, later=True,
    ),
    "holidays": TableSchema(
        HolidayRow, {"day": day, "kind": one_of("holiday", "workday")}, ("day",), gaps=True, later=True
    ),
    "settings": TableSchema(SettingRow, {"key": text, "value": text, "unit": setting_unit}, ("key",), gaps=False),
}  # fmt: skip

"""The report of a shadow: how far we agree with the upstream, day by day, and each disagreement by rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, InvalidOperation

import msgspec

from tongguan.logs import mask_text
from tongguan.store.layout import Store
from tongguan.store.reading import Reader
from tongguan.store.upstream.beside import Beside, TheirBill
from tongguan.store.upstream.database import UpstreamFile
from tongguan.upstream.comparing import DISAGREEMENTS, Attempt, Comparison, Verdict, compare

SUMS = ("customsTax", "valueAddedTax", "consumptionTax")
_BILL = "CEB816Message"


class DayFigure(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One day in China. ``compared`` is agreed plus disagreed; ``agreement`` in per cent with two decimals, '' of none.

    ``others`` counts what is not compared: open, officer, only_ours, only_theirs.
    """

    day: str
    compared: int
    agreed: int
    disagreed: int
    agreement: str
    others: dict[str, int]


class RuleFigure(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How many disagreements a rule of ours, or a code of theirs that no rule stands for, takes part in."""

    rule: str
    ours_only: int
    theirs_only: int


class ShadowReport(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Everything about a range of days, the disagreements in the order of their days."""

    first_day: str
    last_day: str
    days: tuple[DayFigure, ...]
    rules: tuple[RuleFigure, ...]
    disagreements: tuple[Comparison, ...]


def shadow_report(
    store: Store,
    file: UpstreamFile,
    first_day: str,
    last_day: str,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> ShadowReport:
    """Compare all that either side said on these days in China (both included, ``2026-01-31``)."""
    beside, reader = Beside(file), Reader(store)
    try:
        found = [one for one in _compared(beside, reader, first_day, last_day, progress)
                 if first_day <= one.day <= last_day]  # fmt: skip
    finally:
        reader.close()
    return summarise(found, first_day, last_day)


def summarise(found: Iterable[Comparison], first_day: str, last_day: str) -> ShadowReport:
    """The figures of many comparisons."""
    by_day: dict[str, Counter[Verdict]] = {}
    disagreements = []
    for one in found:
        by_day.setdefault(one.day, Counter())[one.verdict] += 1
        if one.verdict in DISAGREEMENTS:
            disagreements.append(one)
    return ShadowReport(
        first_day=first_day,
        last_day=last_day,
        days=tuple(_figure(day, by_day[day]) for day in sorted(by_day)),
        rules=tuple(_by_rule(disagreements)),
        disagreements=tuple(
            masked(one) for one in sorted(disagreements, key=lambda one: (one.day, one.message_type, one.document))
        ),
    )


def masked(one: Comparison) -> Comparison:
    """The comparison without the numbers of persons that the upstream may have put into its text."""
    if one.theirs is None or not one.theirs.text:
        return one
    return msgspec.structs.replace(one, theirs=msgspec.structs.replace(one.theirs, text=mask_text(one.theirs.text)))


def _compared(
    beside: Beside, reader: Reader, first: str, last: str, progress: Callable[[int, int], None]
) -> Iterator[Comparison]:
    documents = beside.documents(first, last)
    for number, (message_type, document) in enumerate(documents, 1):
        progress(number, len(documents))
        if message_type != _BILL:
            yield from compare(
                message_type, document, beside.ours(message_type, document), beside.theirs(message_type, document)
            )
    for bill in beside.bills(first, last):
        if (one := _tax(beside, reader, bill)) is not None:
            yield one


def _tax(beside: Beside, reader: Reader, bill: TheirBill) -> Comparison | None:
    """The first bill of an inventory against the tax that we computed; later ones follow returns, not rules."""
    key = beside.inventory_numbered(bill.invt_no)
    ours = reader.documents_of("inventory", key) if key else None
    is_first = bill.tax_no.rpartition("_")[2] == "0" or "_" not in bill.tax_no
    if key is None or ours is None or ours.tax is None or not is_first:
        return None
    our_sums = {name: getattr(ours.tax, name) for name in SUMS}
    same = all(_amount(bill.fields.get(name, "")) == our_sums[name] for name in SUMS)
    return Comparison(
        message_type=_BILL,
        document=key,
        attempt=1,
        day=bill.day,
        verdict=Verdict.AGREE if same else Verdict.TAX,
        ours=_sums({name: str(value) for name, value in our_sums.items()}, bill.day),
        theirs=_sums({name: bill.fields.get(name, "") for name in SUMS}, bill.day),
    )


def _sums(sums: dict[str, str], day: str) -> Attempt:
    return Attempt(stand="yes", status="", text=" ".join(f"{name}={sums[name]}" for name in SUMS), day=day)


def _amount(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _figure(day: str, count: Counter[Verdict]) -> DayFigure:
    agreed, disagreed = count[Verdict.AGREE], sum(count[verdict] for verdict in DISAGREEMENTS)
    compared = agreed + disagreed
    share = 10_000 * agreed // compared if compared else 0  # cut, so that 100.00 means that nothing differs
    return DayFigure(
        day=day,
        compared=compared,
        agreed=agreed,
        disagreed=disagreed,
        agreement=f"{share // 100}.{share % 100:02d}" if compared else "",
        others={verdict.value: count[verdict] for verdict in Verdict
                if verdict is not Verdict.AGREE and verdict not in DISAGREEMENTS and count[verdict]},
    )  # fmt: skip


def _by_rule(disagreements: Iterable[Comparison]) -> Iterator[RuleFigure]:
    ours: Counter[str] = Counter()
    theirs: Counter[str] = Counter()
    for one in disagreements:
        if one.verdict is Verdict.TAX:
            ours["TAX"] += 1
            continue
        ours.update(set(one.ours.rules) if one.ours else ())
        theirs.update(_their_reasons(one.theirs))
    for rule in sorted(ours.keys() | theirs.keys(), key=lambda name: (-ours[name] - theirs[name], name)):
        yield RuleFigure(rule=rule, ours_only=ours[rule], theirs_only=theirs[rule])


def _their_reasons(theirs: Attempt | None) -> set[str]:
    """The rules that their reasons stand for, else their codes, else that they gave none."""
    if theirs is None or theirs.stand != "no":
        return set()
    return set(theirs.rules) or set(theirs.codes) or {"?"}

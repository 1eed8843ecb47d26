"""The story of a document and of a case, in Chinese and English: what it is, where it stands and why, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.clearance.arrival import waits_for_arrival
from tongguan.clearance.compare import show
from tongguan.clearance.due import LAPSE
from tongguan.clearance.entry_list import ARRIVAL
from tongguan.clearance.explain_after import after_release, goods_to_bring
from tongguan.clearance.holds import open_holds
from tongguan.clearance.inventory import awaited
from tongguan.clearance.model import Case, Document
from tongguan.clearance.officers.talk import open_question
from tongguan.clearance.record import SHAPES, waybill_of
from tongguan.clearance.remedies import act_of, sentences
from tongguan.clearance.rule import REQUESTS
from tongguan.clearance.times import CHINA
from tongguan.codes.catalogue import table
from tongguan.law.inforce import LawAt


class Text(NamedTuple):
    """One sentence in both languages."""

    zh: str
    en: str


class TaxStory(msgspec.Struct, frozen=True, kw_only=True):
    """The tax of one line as text, in yuan, with the rows of law it was reckoned by."""

    gnum: int
    gcode: str
    dutiable_value: str
    duty: str
    vat: str
    consumption_tax: str
    law_rows: tuple[str, ...]


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """What is told about one document. No personal value is in it.

    ``what``: which document; ``stands``: its state; ``why``: the reasons; ``awaits``: what is awaited, from whom;
    ``todo``: what to do; ``tax``: line by line, empty before acceptance; ``problems``: the reasons in their full shape;
    ``remedies``: what can be done against a rejection, a detention or a shipping back, with whom and until when.
    """

    kind: str
    key: tuple[str, ...]
    status: str
    what: Text
    stands: Text
    why: tuple[Text, ...] = ()
    awaits: tuple[Text, ...] = ()
    todo: tuple[Text, ...] = ()
    tax: tuple[TaxStory, ...] = ()
    tax_total: str = ""
    law_rows: tuple[str, ...] = ()
    to_check: bool = False
    problems: tuple[Problem, ...] = ()
    remedies: tuple[Text, ...] = ()


_FILERS: Mapping[str, Text] = MappingProxyType(
    {
        "order": Text("电商平台或电商企业", "the platform or the merchant"),
        "payment": Text("支付企业", "the payment company"),
        "waybill": Text("物流企业", "the logistics company"),
        "guarantor": Text("担保企业", "the guarantor"),
        "arrival": Text("监管场所经营人", "the operator of the site"),
    }
)
_NOTHING = Text("无需处理", "nothing has to be done")
_FILE_AGAIN = Text("以较晚的报送时间重新申报", "file it again with a later appTime")
_DELETED = Text("已删除", "deleted")


def explain_document(doc: Document, law: LawAt | None = None) -> Story:
    """The story of one document as it stands. ``law`` is that of the day on which it is read, for the remedies."""
    shape = SHAPES[doc.kind]
    numbers = " ".join(doc.key)
    named = (
        f"{numbers}"
        + (f", preNo {doc.pre_no}" if doc.pre_no else "")
        + (f", invtNo {doc.invt_no}" if doc.invt_no else "")
        + (f", rkdNo {doc.rkd_no}" if doc.rkd_no else "")
    )
    bill = doc.tax
    return Story(
        kind=doc.kind,
        key=doc.key,
        status=doc.status,
        what=Text(f"{shape.zh} {named}", f"{shape.en} {named}"),
        stands=_DELETED if doc.deleted else _stands(doc),
        why=tuple(_why(doc)),
        awaits=tuple(_awaits(doc)),
        todo=tuple(dict.fromkeys(_todo(doc))),
        tax=tuple(
            TaxStory(
                gnum=line.gnum,
                gcode=line.gcode,
                dutiable_value=show(line.taxPrice),
                duty=show(line.customsTax),
                vat=show(line.valueAddedTax),
                consumption_tax=show(line.consumptionTax),
                law_rows=line.law_rows,
            )
            for line in (bill.lines if bill else ())
        ),
        tax_total=show(bill.taxTotal) if bill else "",
        law_rows=doc.law_rows,
        to_check=doc.doubtful,
        problems=doc.problems,
        remedies=_remedies(doc, law),
    )


def _remedies(doc: Document, law: LawAt | None) -> tuple[Text, ...]:
    if law is None or doc.deleted or not (doc.kind == "inventory" or doc.kind in REQUESTS):
        return ()
    return tuple(Text(*pair) for pair in sentences(act_of(doc.status), law))


def explain_case(case: Case) -> tuple[Story, ...]:
    """The stories of all documents of one case that are there: inventories first, then order, payments, waybill."""
    parts = (
        case.existing, case.inventory, *case.inventories, case.order, *case.payments, case.waybill, *case.requests
    )  # fmt: skip
    documents = {(one.kind, one.key): one for one in parts if one is not None}
    return tuple(explain_document(one) for one in documents.values())


def _stands(doc: Document) -> Text:
    statuses = table("return_status")
    if doc.status not in statuses:
        return Text(f"状态 {doc.status}", f"status {doc.status}")
    zh, en = statuses.zh(doc.status), statuses.en(doc.status)
    return Text(f"{doc.status} {zh}", f"{doc.status} {en}")


def _why(doc: Document) -> Iterable[Text]:
    for problem in doc.problems:
        head = f"{problem.rule_id} " + (f"[{problem.code}] " if problem.code else "")
        values = _values(problem)
        yield Text(f"{head}{problem.text_zh}{values.zh}", f"{head}{problem.text_en}{values.en}")
    for hold in open_holds(doc):
        since = f"{hold.since.astimezone(CHINA):%Y-%m-%d %H:%M}"
        yield Text(
            f"{hold.agency}：{hold.reason_zh}（自北京时间 {since}）",
            f"{hold.agency}: {hold.reason_en} (since {since} China time)",
        )
    yield from _where(doc)
    yield from (Text(*pair) for pair in after_release(doc))
    if doc.used_by is not None:
        by = " ".join(doc.used_by)
        yield Text(f"已由清单 {by} 使用", f"used by inventory {by}")


def _where(doc: Document) -> Iterable[Text]:
    """Where the parcel is, as far as anybody has said."""
    if doc.arrival is not None:
        at = f"{doc.arrival.at.astimezone(CHINA):%Y-%m-%d %H:%M}"
        yield Text(
            f"已于北京时间 {at} 随入库明细单 {doc.arrival.rkd_no} 运抵监管场所",
            f"arrived in the site with entry list {doc.arrival.rkd_no} at {at} China time",
        )
    if doc.signed_at is not None:
        at = f"{doc.signed_at.astimezone(CHINA):%Y-%m-%d %H:%M}"
        yield Text(f"包裹已于北京时间 {at} 签收", f"the parcel was signed for at {at} China time")


def _values(problem: Problem) -> Text:
    """Where it stands, what was found and what was expected; a person's values come masked."""
    zh, en = [], []
    if problem.path:
        zh.append(problem.path)
        en.append(problem.path)
    if problem.found:
        zh.append(f"填报 {problem.found}")
        en.append(f"found {problem.found}")
    if problem.expected:
        zh.append(f"应为 {problem.expected}")
        en.append(f"expected {problem.expected}")
    return Text(f"（{'，'.join(zh)}）", f" ({', '.join(en)})") if zh else Text("", "")


def _awaits(doc: Document) -> Iterable[Text]:
    if doc.deleted or doc.kind != "inventory" or doc.record is None:
        return
    for one in awaited(doc, doc.missing):
        filer, shape, numbers = _FILERS[one.kind], SHAPES[one.kind], " ".join(one.key)
        yield Text(
            f"等待{filer.zh}申报{shape.zh}（{numbers}）", f"waits for the {shape.en} ({numbers}) from {filer.en}"
        )
    if waits_for_arrival(doc):
        filer, shape, numbers = _FILERS[ARRIVAL], SHAPES["entry_list"], " ".join(waybill_of(doc))
        yield Text(
            f"等待{filer.zh}申报含运单 {numbers} 的{shape.zh}",
            f"waits for the {shape.en} with waybill {numbers} from {filer.en}",
        )
    for hold in open_holds(doc):
        if hold.kind == "guarantee":
            code, filer = doc.record.InventoryHead.assureCode, _FILERS["guarantor"]
            zh, en = ("缴清逾期的缴款书", "pay what is late") if hold.rule else ("增加担保", "top up the guarantee")
            yield Text(f"等待{filer.zh} {code} {zh}", f"waits for {filer.en} {code} to {en}")


def _todo(doc: Document) -> Iterable[Text]:
    if doc.deleted or doc.status in ("399", "800", "899"):
        yield _NOTHING
        return
    if to_bring := [Text(*pair) for pair in goods_to_bring(doc)]:
        yield from to_bring
        return
    if (question := open_question(doc)) is not None:
        yield Text(
            f"请在 {question.until} 当日结束前答复海关的询问（内容见回执）",
            f"answer the question of customs by the end of {question.until} (see the receipt)",
        )
    for problem in doc.problems:
        yield Text(problem.fix_zh, problem.fix_en)
    if doc.status in ("1", "2") and doc.used_by is None and doc.lapses_at is not None:
        until = f"{doc.lapses_at.astimezone(CHINA):%Y-%m-%d %H:%M}"
        yield Text(
            f"其他单证须在北京时间 {until} 前到齐，否则本单证失效（{LAPSE.id}）",
            f"the other documents must come before {until} China time, or this one lapses ({LAPSE.id})",
        )
    elif doc.status == "4":
        yield _FILE_AGAIN
    elif not doc.problems:
        yield _NOTHING

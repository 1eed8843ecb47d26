"""``tongguan explain`` and ``tongguan receipts``: what was decided, and why."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from tongguan.clearance.explain import explain_document
from tongguan.cli.house import in_force, named_faults, opened
from tongguan.cli.show import fail, language, note, out, print_json, print_table
from tongguan.cli.story import render, story_form
from tongguan.cli.times import CHINA
from tongguan.gateway.case_view import documents_of
from tongguan.law.snapshot import build_law
from tongguan.store.issued import render as render_messages
from tongguan.store.issued import return_time
from tongguan.store.reading import BadCursor, Reader
from tongguan.store.tax_bills import naming_keys

Db = Annotated[str | None, typer.Option("--db", help="data folder 数据文件夹")]


def explain(
    ebp_code: Annotated[str, typer.Argument(metavar="EBPCODE", help="trading platform 电商平台代码")],
    order_no: Annotated[str, typer.Argument(metavar="ORDERNO", help="order number 订单编号")],
    db: Db = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Tell the whole story of one order: where it stands, why, what to do. 说明一票订单的状态、原因与处理办法。"""
    with named_faults():
        store = opened(db)
        view = Reader(store).case(ebp_code, order_no)
    if view is None and (erased := Reader(store).tombstone("order", (ebp_code, order_no))) is not None:
        fail(f"该案件的个人信息已于 {erased.astimezone(CHINA):%Y-%m-%d} 删除",
             f"the persons of this case were erased on {erased.astimezone(CHINA):%Y-%m-%d}")  # fmt: skip
    if view is not None and view.stored_until:
        fail(f"该案件在 {view.stored_until} 之前仅作存储，不予展示",
             f"until {view.stored_until} this case is stored only and not shown")  # fmt: skip
    if view is None:
        fail(f"没有订单 {ebp_code} / {order_no}", f"nothing was filed for the order {ebp_code} / {order_no}")
    law = build_law(packed).at(datetime.now(CHINA).date()) if (packed := in_force(store, "law")) else None
    stories = [explain_document(document, law) for document in documents_of(view)]
    if as_json:
        print_json({"caseId": view.case_id, "documents": [story_form(story) for story in stories]})
        return
    for story in stories:
        out.print(render(story, language()), markup=False)


def receipts(
    dxp_id: Annotated[str, typer.Argument(metavar="DXPID", help="exchange id 传输编号")],
    after: Annotated[str, typer.Option(help="cursor of the last receipt seen 上次游标")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 1000,
    to: Annotated[Path | None, typer.Option("--out", help="folder for the XML messages 输出文件夹")] = None,
    db: Db = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """List the receipts of an exchange id, or write them as XML. 列出或导出某传输编号的回执。"""
    with named_faults():
        try:
            page, cursor = Reader(opened(db)).receipts(dxp_id, after, limit)
        except BadCursor:
            fail(f"游标「{after}」无效", f"no such cursor: {after}")
    if to:
        to.mkdir(parents=True, exist_ok=True)
        for number, message in enumerate(render_messages(page), 1):
            (to / f"{dxp_id}-{page[0].seq:09d}-{number:04d}.xml").write_bytes(message)
    if as_json:
        print_json({"receipts": page, "cursor": cursor})
        return
    print_table(
        dxp_id,
        (("时间", "time"), ("报文", "message"), ("单证", "document"), ("状态", "status"), ("信息", "text")),
        (
            (
                return_time(one.at),
                one.receipt.message_type,
                " ".join(value for _, value in naming_keys(one.receipt)),
                one.receipt.status,
                one.receipt.info,
            )
            for one in page
        ),
    )
    note(f"游标 {cursor}", f"cursor {cursor}")

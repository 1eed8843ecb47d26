"""``tongguan pull``: platforms' addresses for payment data, their test, and pulling the data of an order."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from tongguan.clearance.model import Pull, Pulled
from tongguan.cli.clearing import china_day
from tongguan.cli.house import give, in_force, named_faults, opened, work_off
from tongguan.cli.show import fail, note, print_json, print_table, say
from tongguan.payment_pull import pulling
from tongguan.payment_pull.client import is_address
from tongguan.payment_pull.times import stamp
from tongguan.registry.snapshot import build_registry
from tongguan.store.filing import PAYMENT_PULL
from tongguan.store.layout import Store
from tongguan.store.listing import Listing
from tongguan.store.pulls import Pulls, Session
from tongguan.store.reading import Reader

app = typer.Typer(no_args_is_help=True, help="Real-time payment pull 支付原始数据实时获取")
Ebp = Annotated[str, typer.Argument(metavar="EBPCODE", help="code of the platform 电商平台代码")]
Actor = Annotated[str, typer.Option(help="who does it 经办人")]
Wait = Annotated[int, typer.Option(min=0, max=3600, help="seconds to wait for the upload 等待上传的秒数")]
Db = Annotated[str | None, typer.Option("--db", help="data folder 数据文件夹")]
AsJson = Annotated[bool, typer.Option("--json")]
_LOOK_SECONDS = 0.1


@app.command("register")
def register(
    ebp_code: Ebp,
    url: Annotated[str, typer.Argument(help="its platDataOpen, http or https 接口地址")],
    actor: Actor = "operator",
    off: Annotated[bool, typer.Option("--off", help="switch the address off 停用")] = False,
    db: Db = None,
    as_json: AsJson = False,
) -> None:
    """Register an address of a platform, or switch it off. It is used once its test has passed. 登记接口地址。"""
    store = opened(db)
    if not is_address(url):
        fail(f"不是可用的 http 或 https 地址：{url}", f"not an http or https address that can be asked: {url}")
    _check_platform(store, ebp_code)
    pulls = _pulls(store)
    if off and not pulls.set_state(ebp_code, url, "off"):
        fail("没有登记过这个地址", "this address was never registered")
    row = pulls.addresses(ebp_code, url)[0] if off else pulls.register(ebp_code, url, actor, stamp(_now()))
    pulls.close()
    if as_json:
        print_json({name: getattr(row, name) for name in row.__struct_fields__})
        return
    if off:
        note("已停用", "switched off")
    else:
        note(f"已登记；接着运行 tongguan pull test {ebp_code}", f"registered; next: tongguan pull test {ebp_code}")


@app.command("test")
def test(
    ebp_code: Ebp,
    url: Annotated[str, typer.Option(help="one address; all that are not off if left out 只测这个地址")] = "",
    order: Annotated[str, typer.Option(help="order to ask for; a random one of today if left out 订单编号")] = "",
    actor: Actor = "operator",
    wait: Wait = 60,
    db: Db = None,
    as_json: AsJson = False,
) -> None:
    """Test addresses with an order of today; those that pass are on, the others failed. 以当天订单测试地址。"""
    store = opened(db)
    pulls = _pulls(store)
    rows = [one for one in pulls.addresses(ebp_code, url) if url or one.state != "off"]
    if not rows:
        fail("没有要测试的地址，请先登记", "there is no address to test; register one first")
    results = []
    for row in rows:
        session = _test_one(pulls, ebp_code, row.url, order or _random_order(store, ebp_code), actor, wait)
        passed = session.state == "uploaded"
        pulls.set_state(ebp_code, row.url, "on" if passed else "failed", stamp(_now()))
        told = session.told or say("未在时限内上传", "no upload in time")
        results.append({"url": row.url, "passed": passed, "order": session.order_no, "told": told})
    pulls.close()
    if as_json:
        print_json(results)
    else:
        columns = (("地址", "address"), ("通过", "passed"), ("订单", "order"), ("答复", "told"))
        shown = ((one["url"], say("是", "yes") if one["passed"] else say("否", "no"), one["order"], one["told"])
                 for one in results)  # fmt: skip
        print_table("", columns, shown)
    if not all(one["passed"] for one in results):
        raise typer.Exit(1)


@app.command("run")
def run(
    ebp_code: Ebp,
    order: Annotated[
        str, typer.Argument(metavar="[ORDERNO]", help="order; a random one of today if left out 订单编号")
    ] = "",
    actor: Actor = "operator",
    wait: Wait = 0,
    db: Db = None,
    as_json: AsJson = False,
) -> None:
    """Pull the payment data of an order; a failed pull raises the examination share of its platform. 抓取支付原始数据。"""
    store = opened(db)
    pulls = _pulls(store)
    urls = [one.url for one in pulling.usable(pulls, ebp_code)]
    if not urls:
        fail("该平台没有已启用的地址，请先测试", "the platform has no address that is on; test one first")
    order = order or _random_order(store, ebp_code)
    session_id = pulling.new_session_id()
    pull = _open(store, pulling.opened(ebp_code, order, session_id, actor))
    session = pulling.put_question(
        pulls, session_id, purpose="pull", ebp_code=ebp_code, order_no=order, urls=urls, actor=actor,
        now=_now(), until=pull.until,
    )  # fmt: skip
    if session.state == "refused":
        _give(store, pulling.refused(session))
    elif wait:
        session = _wait(pulls, session, wait)
    pulls.close()
    work_off(store)
    pull = _pull_of(store, ebp_code, order) or pull
    if as_json:
        print_json(
            {"session": session_id, "order": order, "state": pull.state, "until": pull.until, "rules": pull.rules}
        )
    else:
        note(*_sentence(order, pull, session))
    if pull.state == "failed":
        raise typer.Exit(1)


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="most rows 最多行数")] = 50,
    db: Db = None,
    as_json: AsJson = False,
) -> None:
    """List addresses and the newest pulls with what came of them. 列出接口地址与最近的抓取。"""
    store = opened(db)
    pulls = _pulls(store)
    addresses, sessions = pulls.addresses(), pulls.sessions(limit)
    pulls.close()
    rows = [(one, _state_of(store, one)) for one in sessions]
    if as_json:
        print_json(
            {
                "addresses": [{name: getattr(one, name) for name in one.__struct_fields__} for one in addresses],
                "pulls": [
                    {**{name: getattr(one, name) for name in one.__struct_fields__}, "result": state, "rules": rules}
                    for one, (state, rules) in rows
                ],
            }
        )
        return
    print_table("", (("平台", "platform"), ("地址", "address"), ("状态", "state"), ("测试", "tested")),
                ((one.ebp_code, one.url, one.state, one.tested_at) for one in addresses))  # fmt: skip
    columns = (
        ("会话", "session"), ("用途", "purpose"), ("平台", "platform"), ("订单", "order"), ("开始", "opened"),
        ("结果", "result"), ("规则", "rules"),
    )  # fmt: skip
    print_table("", columns, ((one.session_id, one.purpose, one.ebp_code, one.order_no, one.opened_at, state,
                               " ".join(rules)) for one, (state, rules) in rows))  # fmt: skip


def _test_one(pulls: Pulls, ebp_code: str, url: str, order: str, actor: str, wait: int) -> Session:
    session = pulling.put_question(
        pulls, pulling.new_session_id(), purpose="test", ebp_code=ebp_code, order_no=order, urls=[url], actor=actor,
        now=_now(), until=_now() + timedelta(seconds=wait),
    )  # fmt: skip
    return session if session.state == "refused" else _wait(pulls, session, wait)


def _wait(pulls: Pulls, session: Session, seconds: int) -> Session:
    """The session once it is uploaded, or as it is when the time is over."""
    until = time.monotonic() + seconds
    while True:
        found = pulls.session(session.session_id) or session
        if found.state != "asked" or time.monotonic() >= until:
            return found
        time.sleep(_LOOK_SECONDS)


def _open(store: Store, event: Pulled) -> Pull:
    """Have the engine open the pull; ends the command when it says that this order cannot be pulled."""
    command_id = _give(store, event)
    work_off(store)
    reader = Reader(store)
    view = reader.filing(command_id)
    record = view.records[0] if view and view.records else None
    reader.close()
    pull = _pull_of(store, *event.key)
    if record is None or pull is None or record.outcome == "refused":
        problem = record.problems[0] if record and record.problems else None
        if problem is None:
            fail("命令尚未处理，请稍后再查", "the command has not been decided yet; look again later")
        fail(f"{problem.text_zh}；{problem.fix_zh}", f"{problem.text_en}; {problem.fix_en}")
    return pull


def _give(store: Store, event: Pulled) -> str:
    return give(store, PAYMENT_PULL, actor=event.actor, kind=event.kind, key=event.key, pull=event)


def _pull_of(store: Store, ebp_code: str, order: str) -> Pull | None:
    reader = Reader(store)
    document = reader.documents_of("order", (ebp_code, order))
    reader.close()
    return document.pull if document else None


def _state_of(store: Store, session: Session) -> tuple[str, tuple[str, ...]]:
    """What came of a session: by the order's own state for its last pull, else by the session alone."""
    if session.purpose == "pull":
        pull = _pull_of(store, session.ebp_code, session.order_no)
        if pull is not None and pull.session == session.session_id:
            return pull.state, pull.rules
    return session.state, ()


def _sentence(order: str, pull: Pull, session: Session) -> tuple[str, str]:
    rules = " ".join(pull.rules)
    if pull.state == "failed":
        return (
            f"订单 {order} 抓取失败：{rules} {session.told}",
            f"the pull of order {order} failed: {rules} {session.told}",
        )
    if pull.state == "passed":
        return f"订单 {order} 的支付原始数据核对无误", f"the payment data of order {order} agree"
    until = pull.until.isoformat(timespec="seconds")
    return f"平台已接受请求，须在 {until} 前上传", f"the platform took the request and has to upload before {until}"


def _random_order(store: Store, ebp_code: str) -> str:
    listing = Listing(store)
    numbers = listing.orders_of_day(ebp_code, china_day(time.time_ns()))
    listing.close()
    if not numbers:
        fail(f"平台 {ebp_code} 今天没有申报订单", f"the platform {ebp_code} has filed no order today")
    return secrets.choice(numbers)


def _check_platform(store: Store, ebp_code: str) -> None:
    packed = in_force(store, "registry")
    party = build_registry(packed).party(ebp_code, china_day(time.time_ns())) if packed else None
    if party is None or "platform" not in party.roles:
        fail(f"{ebp_code} 不是已登记的电商平台", f"{ebp_code} is not a registered platform")


def _pulls(store: Store) -> Pulls:
    with named_faults():
        return Pulls(store.pulls_path)


def _now() -> datetime:
    return datetime.now(UTC)

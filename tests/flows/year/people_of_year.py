"""What officers, guarantors, lawmakers and the operator do in the invented year, what is forbidden too."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import Any

from tests.clearance.playstore import AGENT, GOODS, MERCHANT, PLATFORM
from tests.flows.year.rules_of_year import CHANGES, FAR_AWAY, PEOPLE, changed_law, registry_of_the_year
from tests.flows.year.world import World
from tongguan.clearance.handling import Scope
from tongguan.clearance.holds import DETAINED, open_holds
from tongguan.clearance.officers.commanded import ACTIONS
from tongguan.clearance.officers.talk import open_question

_ON_PAPER = sorted(name for name in ACTIONS if name not in ("pause", "resume", "paid"))
_HOLDS = ("review", "examination", "suspend", "detention", "guarantee", "pause")
HELD = ("300", "400", "500", *DETAINED, "600", "120")


def anything(world: World) -> None:
    """Any action by anybody on anything: mostly forbidden, and then nothing may change."""
    rng = world.rng
    kind = rng.choice(("inventory", "inventory", "inventory", "cancellation", "goods_return"))
    keys = [*world.documents(kind), (AGENT, "NONE")]
    world.command(
        rng.choice(_ON_PAPER), rng.choice((*PEOPLE, AGENT, MERCHANT, "nobody", "")), kind=kind, key=rng.choice(keys),
        reason=rng.choice(("核对", "核对", "")), version=rng.choice((0, 0, 0, 1, 99)), hold=rng.choice(_HOLDS),
        choice=rng.choice((*DETAINED, "confirm", "reverse", *PEOPLE)), approver=rng.choice(("", *PEOPLE)),
        document_no=rng.choice(("", "D-1")), deadline=world.today + timedelta(days=rng.randint(-1, 5)),
        day=world.today - timedelta(days=rng.randint(-1, 9)),
    )  # fmt: skip


def handle(world: World) -> None:
    """The officer who has a held case does something that he or she may."""
    rng = world.rng
    if not (keys := world.documents("inventory", *HELD)):
        return
    found = world.document("inventory", rng.choice(keys))
    mine = {"kind": "inventory", "key": found.key, "reason": "核对"}
    if not found.officer:
        agencies = {one.agency for one in open_holds(found)}
        if "inspection" in agencies:
            world.command("release", "qin", **mine)
        else:
            world.command("take", rng.choice(("chen", "deng", "feng")), **mine)
        return
    action = rng.choice(
        ("release", "release", "release", "reject", "ask", "examine", "suspend", "lift", "detain", "ship_back",
         "withdraw", "hand_over")
    )  # fmt: skip
    more: dict[str, Any] = {
        "ask": {"deadline": world.today + timedelta(days=rng.randint(0, 4))},
        "lift": {"hold": rng.choice(_HOLDS[:4])},
        "detain": {"choice": rng.choice(DETAINED), "document_no": "HG-1", "approver": rng.choice(("chief", ""))},
        "hand_over": {"choice": rng.choice(("chen", "deng", "feng", "han"))},
    }.get(action, {})
    world.command(action, found.officer, **mine, **more)


def answer(world: World) -> None:
    """The filer answers a question or asks for a review; a chief approves a detention, another officer reviews."""
    rng = world.rng
    cases = [world.document("inventory", key) for key in world.documents("inventory", "100", *HELD)]
    told = (
        ("answer", (AGENT,), [one for one in cases if open_question(one) is not None]),
        ("approve", ("chief", "feng"), [one for one in cases if one.proposed is not None]),
        ("request_review", (AGENT,), [one for one in cases if one.status in ("100", *DETAINED)]),
        ("review", ("chief", "feng"), [one for one in cases if one.review_asked_at is not None]),
    )
    if able := [one for one in told if one[2]]:
        action, actors, found = rng.choice(able)
        world.command(
            action, rng.choice(actors), kind="inventory", key=rng.choice(found).key, reason="说明",
            choice=rng.choice(("confirm", "reverse")),
        )  # fmt: skip


def decide_requests(world: World, all_of_them: bool = False) -> None:
    """Cancellations are let through or sent back; returned goods are back, on some day, or are refused."""
    rng = world.rng
    for kind, actions in (("cancellation", ("release", "reject")), ("goods_return", ("goods_back",) * 4 + ("reject",))):
        for key in world.documents(kind, "120"):
            if all_of_them or rng.random() < 0.6:
                day = world.today - timedelta(days=0 if all_of_them else rng.choice((0, 0, 1, 3)))
                world.command("take", "chief", kind=kind, key=key)
                world.command(rng.choice(actions), "chief", kind=kind, key=key, reason="核对", day=day)


def pay(world: World) -> None:
    """A payment bill is noted as paid: an open one, or one that nobody knows."""
    bills = open_bills(world)
    number = world.rng.choice([*bills, *bills, "516520260402D99E1000001"])
    world.command("paid", "chen", kind="payment_bill", key=(number,), reason="银行回单")


def open_bills(world: World) -> list[str]:
    """Numbers of the payment bills that something is left to pay of."""
    query = "SELECT account FROM accounts WHERE kind = 'payment_bill' AND held > 0 ORDER BY account"
    with sqlite3.connect(world.house.store.state_path) as db:
        found = [name.partition(":")[2] for (name,) in db.execute(query)]
    db.close()
    return found


def pause(world: World) -> None:
    """Release is paused for some goods, a company, an office, or for everything."""
    rng = world.rng
    scope = rng.choice((Scope(goods=GOODS[:4]), Scope(party=MERCHANT), Scope(office="51"), Scope(lane="LN81"),
                        Scope(origin="601", goods="3"), Scope(), Scope(goods="x")))  # fmt: skip
    world.pauses.append(world.command("pause", rng.choice(("chen", "qin", "clerk")), reason="核对", scope=scope))


def resume(world: World) -> None:
    """A pause is ended by somebody, in time by whoever may."""
    for one in [one for one in world.pauses if world.rng.random() < 0.6]:
        for actor in world.rng.sample(("chen", "deng", "qin", "qiu"), k=2):
            world.command("resume", actor, kind="pause", key=(one,), reason="核对")


def end_all_pauses(world: World) -> None:
    """Nothing stays paused for ever: each agency has a second person who ends what the first began."""
    for one in world.pauses:
        for actor in ("deng", "chen", "qiu", "qin"):
            world.command("resume", actor, kind="pause", key=(one,), reason="核对")


def guarantee(world: World) -> None:
    """The registry comes anew: the guarantee is topped up, lowered, expired or in force again."""
    amount = world.rng.choice(("50", "300", "1000", "5000", "20000"))
    expired = world.rng.random() < 0.12
    world.tell(f"guarantee of {PLATFORM} {amount}{' expired' if expired else ''}")
    last_day = world.today - timedelta(days=1) if expired else FAR_AWAY
    world.house.command("registry", snapshot=registry_of_the_year(amount, last_day))


def change_law(world: World) -> None:
    """A row of law ends, and another follows from a day to come; two persons bring it into force."""
    left = [one for one in CHANGES if one[1] not in world.changed]
    if not left:
        return
    change = world.rng.choice(left)
    world.changed.add(change[1])
    begins = world.today + timedelta(days=world.rng.randint(1, 20))
    world.tell(f"law {change[1]} from {begins}")
    world.drain()
    approved = world.house.change_law(changed_law(world.house.law, change, begins, world.rng), reason="")
    world.drain()
    assert world.become(approved) == "in_force"

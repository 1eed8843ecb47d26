"""The end of an invented year: everybody does what is left to do, and time does the rest."""

from __future__ import annotations

from datetime import timedelta

from tests.clearance.yard import entry_list
from tests.flows.year import people_of_year as people
from tests.flows.year.rules_of_year import DRAWN, registry_of_the_year
from tests.flows.year.world import NEW_YEAR, World
from tongguan.clearance.holds import AUTOMATIC, open_holds
from tongguan.clearance.model import Document

ROUNDS, DAYS_A_ROUND = 6, 20
INSPECTORS = ("qin", "qiu")


def come_to_the_end(world: World) -> None:
    """Guarantees are topped up, pauses ended, parcels listed, holds lifted, requests decided, bills paid; days pass."""
    if world.house.now < NEW_YEAR:
        world.pass_time(NEW_YEAR - world.house.now + timedelta(hours=9))
    world.house.command("registry", snapshot=registry_of_the_year("1000000"))
    people.end_all_pauses(world)
    world.drain()
    for _ in range(ROUNDS):
        list_what_is_awaited(world)
        for key in world.documents("inventory", *people.HELD):
            let_go(world, world.document("inventory", key))
        people.decide_requests(world, all_of_them=True)
        for number in people.open_bills(world):
            world.command("paid", "chen", kind="payment_bill", key=(number,))
        world.drain()
        world.pass_time(timedelta(days=DAYS_A_ROUND))
        world.drain()


def list_what_is_awaited(world: World) -> None:
    """One entry list of all parcels that an inventory waits for."""
    held = [world.document("inventory", key) for key in world.documents("inventory", *people.HELD)]
    waiting = [one for one in held if any(hold.kind == "arrival" for hold in open_holds(one))]
    numbers = sorted({int(one.record.InventoryHead.logisticsNo[1:]) for one in waiting})
    if numbers:
        world.file(entry_list(*numbers, cop_no=f"L{len(world.papers)}"))
        world.drain()


def let_go(world: World, inventory: Document) -> None:
    """Every agency lifts what it holds; a case of nobody is taken, one of somebody who may not act is handed over."""
    mine = {"kind": "inventory", "key": inventory.key, "reason": "核对"}
    holds = [one for one in open_holds(inventory) if one.kind not in AUTOMATIC]
    officer = inventory.officer
    if any(one.agency == "customs" for one in holds) and officer not in (*DRAWN, "chief"):
        if officer:
            world.command("hand_over", "chief", choice="chief", **mine)
        else:
            world.command("take", "chief", **mine)
        officer = "chief"
    for hold in holds:
        world.command("lift", officer if hold.agency == "customs" else "qin", hold=hold.kind, **mine)

"""What filers do in the invented year: sets in any order, repeats, changes, cancellations, returns, entry lists."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random

from tests.clearance.life import cancellation, goods_return
from tests.clearance.playstore import AGENT, BUYER_ID, OTHER_ID, Filed, a_bonded_set, a_set
from tests.clearance.yard import OPEN_SITE, SITE, entry_list, signed_for
from tests.flows.year.world import World
from tongguan.clearance.model import Document

BUYERS = (("沙箱甲", BUYER_ID), ("沙箱丙", OTHER_ID))
KINDS = ("order", "payment", "waybill", "inventory")


def file_set(world: World) -> None:
    """A new set in any order, whole or in part; what is left out may come later or never."""
    docs = a_new_set(world)
    papers = list(docs.values())
    world.rng.shuffle(papers)
    late = world.rng.choice((0, 0, 0, 0, 0, 1, 2))
    world.tell(f"set {world.numbers}: {' '.join(one.kind for one in papers[late:])}")
    for filed in papers[late:]:
        world.file(filed, **_today(world, filed))
    world.open_papers += papers[:late]


def file_late(world: World) -> None:
    """A paper that was left out of its set."""
    if world.open_papers:
        filed = world.open_papers.pop(world.rng.randrange(len(world.open_papers)))
        world.tell(f"late {filed.kind} {filed.key}")
        world.file(filed, **_today(world, filed))


def repeat(world: World) -> None:
    """A record once more, byte for byte."""
    if not world.papers:
        return
    filed = world.rng.choice(world.papers)
    world.tell(f"repeat {filed.kind} {filed.key}")
    world.again(filed)


def file_anew(world: World) -> None:
    """The same key as new, with a later appTime: for what was rejected or cancelled, and for what was not."""
    if not world.papers:
        return
    free = set(world.documents("inventory", "100", "430"))
    dead = [one for one in world.papers if one.kind == "inventory" and one.key in free]
    filed = world.rng.choice(dead if dead and world.rng.random() < 0.7 else world.papers)
    world.tell(f"anew {filed.kind} {filed.key}")
    world.file(filed, **_today(world, filed))


def change(world: World) -> None:
    """A change or a deletion, with the numbers of the receipts; sometimes for what must not be changed."""
    papers = [one for one in world.papers if one.kind not in ("waybill_status", "cancellation")]
    if not papers:
        return
    filed = world.rng.choice(papers)
    app_type = world.rng.choice("223")
    numbers = {}
    if filed.kind in ("inventory", "goods_return", "entry_list") and filed.key in world.documents(filed.kind):
        stored = world.document(filed.kind, filed.key)
        numbers = {"preNo": stored.pre_no}
        if filed.kind == "inventory":
            numbers["invtNo"] = stored.invt_no or None
    world.tell(f"appType {app_type} {filed.kind} {filed.key}")
    world.file(filed, appType=app_type, **numbers, **_today(world, filed))


def cancel(world: World) -> None:
    """A cancellation of an inventory that has a number, mostly of one that is not released."""
    found = world.documents("inventory", "120", "300", "400", "500", "600") or world.documents("inventory")
    if (inventory := _numbered(world, found)) is not None:
        asked = cancellation(_as_filed(inventory), inventory.invt_no, cop_no=f"CX{len(world.papers)}")
        world.tell(f"cancellation {asked.key[1]} of {inventory.key[1]}")
        world.file(asked)


def send_goods_back(world: World) -> None:
    """A goods return: whole, some lines, parts of a quantity, sometimes too much."""
    found = [world.document("inventory", key) for key in world.documents("inventory", "800", "899")[-10:]]
    fresh = [one for one in found if world.house.now - one.released_at < timedelta(days=29)]
    if not (found := fresh if world.rng.random() < 0.8 else found):
        return
    inventory = world.rng.choice(found)
    lines = [(line.gnum, _part(line.qty, world.rng)) for line in inventory.record.InventoryList
             if world.rng.random() < 0.6]  # fmt: skip
    asked = goods_return(_as_filed(inventory), inventory.invt_no, *lines, cop_no=f"TH{len(world.papers)}")
    world.tell(f"goods return {asked.key[1]} of {inventory.key[1]} {lines or 'whole'}")
    world.file(asked)


def list_parcels(world: World) -> None:
    """An entry list of parcels whose papers are there, or are still to come."""
    last = world.numbers + 2
    numbers = world.rng.sample(range(max(1, last - 12), last + 1), k=min(4, last))
    filed = entry_list(
        *numbers, cop_no=f"L{len(world.papers)}", billNo=world.rng.choice(("B1", "B1", "B1", "B1", "B9"))
    )
    world.tell(f"entry list {filed.key[1]} of {numbers}")
    world.file(filed)


def sign_for(world: World) -> None:
    """A parcel was signed for, released or not."""
    number = world.rng.randint(1, world.numbers + 1)
    world.tell(f"signed for {number}")
    world.file(signed_for(number, logisticsTime=world.now_text()))


def use_a_number_again(world: World) -> None:
    """A waybill number comes once more with another order: too early, or half a year later."""
    world.numbers += 1
    old = world.rng.randint(1, max(1, world.numbers // 2))
    docs = a_set(world.numbers)
    world.tell(f"set {world.numbers} with the waybill of {old}")
    for kind, filed in docs.items():
        named = {"logisticsNo": f"W{old:06d}"} if kind in ("waybill", "inventory") else {}
        world.file(filed, **named, **_today(world, filed))


def a_new_set(world: World) -> dict[str, Filed]:
    """A good set of one of the buyers: cheap, dear or over the limits; bonded or for one of the sites."""
    world.numbers += 1
    rng = world.rng
    if rng.random() < 0.2:
        docs = a_bonded_set(world.numbers)[0]
    else:
        docs = _priced(world.numbers, rng)
        site = rng.choice((None, None, OPEN_SITE, SITE))
        docs["inventory"] = docs["inventory"].head(loctNo=site.loct_no if site else None)
    name, number = rng.choice(BUYERS)
    person = {"buyerName": name, "buyerIdNumber": number}
    docs["order"], docs["inventory"] = docs["order"].head(**person), docs["inventory"].head(**person)
    docs["payment"] = docs["payment"].head(payerName=name, payerIdNumber=number)
    return docs


def _priced(number: int, rng: Random) -> dict[str, Filed]:
    """One or two lines of up to four pieces: mostly cheap, sometimes near or over the limit of one transaction."""
    ceiling = rng.choice((9_000, 30_000, 90_000, 160_000))  # fen a line
    pieces = [rng.choice((1, 1, 2, 3, 4)) for _ in range(rng.choice((1, 2)))]
    each = [Decimal(rng.randint(1_000, ceiling) // count).scaleb(-2) for count in pieces]
    totals = tuple(str(price * count) for price, count in zip(each, pieces, strict=True))
    docs = a_set(number, prices=totals, freight=str(Decimal(rng.choice((0, 333, 1_000))).scaleb(-2)))
    for at, (price, count) in enumerate(zip(each, pieces, strict=True), 1):
        docs["order"] = docs["order"].line(at, qty=Decimal(count), price=price)
        weight = Decimal(count) / 2
        docs["inventory"] = docs["inventory"].line(at, qty=Decimal(count), price=price, qty1=weight)
    return docs


def _today(world: World, filed: Filed) -> dict[str, str]:
    """The moments that a record names beside its appTime."""
    now = world.now_text()
    return {"payment": {"payTime": now}, "inventory": {"declTime": now[:8]}}.get(filed.kind, {})


def _numbered(world: World, keys: list[tuple[str, ...]]) -> Document | None:
    if not keys:
        return None
    found = world.document("inventory", world.rng.choice(keys))
    return found if found.invt_no and found.record is not None else None


def _as_filed(inventory: Document) -> Filed:
    return Filed("inventory", inventory.record, sender=AGENT)


def _part(qty: Decimal, rng: Random) -> str:
    return str(rng.choice((qty, qty, Decimal(1), qty / 2, qty + 1)))

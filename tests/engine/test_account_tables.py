"""The accounts as tables that anybody can check by hand: a step a line, and what comes of it.

hold NAME BUYER VALUE ANSWER: a parcel of this value is declared; ``ok`` (a review holds it, so its value is held),
    ``over_year EXCESS`` (rejected, by so much over the year), ``waits`` (accepted, the guarantee is too low)
use NAME: an officer releases it          free NAME: an officer rejects it
cancel NAME: its filer cancels it         back NAME: its goods come back, ``refused`` when they did already
top_up YUAN: the guarantor raises the guarantee
year BUYER HELD USED and guarantee HELD USED: the balances
"""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.clearance.life import cancellation, goods_return
from tests.clearance.playstore import BUYER_ID, OTHER_ID, Filed, a_set
from tests.engine.house import House, registry
from tests.engine.test_cases import reviewing_law
from tongguan.clearance.model import Document
from tongguan.engine.replay import replay

BUYERS = {"A": ("沙箱甲", BUYER_ID), "B": ("沙箱丙", OTHER_ID)}

YEAR = """
    # 26,000.00 a year: to the fen, and not a fen more
    hold a A 25000.00  ok
    hold b A 1000.01   over_year 0.01
    hold c A 1000.00   ok
    year A 26000.00 0.00
    hold d A 0.01      over_year 0.01
    # another buyer has another year
    hold e B 26000.00  ok
    hold f B 4999.99   over_year 4999.99
    year B 26000.00 0.00
    # what is released is used, what is rejected or cancelled is free again
    use a
    year A 1000.00 25000.00
    free c
    year A 0.00 25000.00
    hold g A 1000.00   ok
    cancel g
    year A 0.00 25000.00
    cancel e
    year B 0.00 0.00
    # what was rejected has left nothing behind
    hold h A 1000.01   over_year 0.01
    # goods that come back give their value back, once
    back a
    year A 0.00 0.00
    back a refused
    year A 0.00 0.00
    hold i A 26000.00  ok
"""
GUARANTEE = """
    # VAT 13 % × 70 %: 160.00 bears 14.56, 110.00 bears 10.01; 30.00 are guaranteed
    hold a A 160.00    ok
    hold b B 160.00    ok
    guarantee 29.12 0.00
    hold c A 110.00    waits
    guarantee 29.12 0.00
    year A 270.00 0.00
    # a release uses it, it is not free before the tax is paid
    use a
    guarantee 14.56 14.56
    free b
    guarantee 0.00 14.56
    # raised by too little, then by enough: 14.56 + 10.01 = 24.57
    top_up 24.56
    guarantee 0.00 14.56
    top_up 24.57
    guarantee 10.01 14.56
    cancel c
    guarantee 0.00 14.56
    back a
    guarantee 0.00 0.00
"""


class Book:
    """Plays a table in a real store in which every inventory is drawn for review."""

    def __init__(self, folder: Path, guarantee: str) -> None:
        self.house = House(folder, law=reviewing_law(), registry=registry(guarantee))
        self.named: dict[str, tuple[Filed, str]] = {}
        self.settle()

    def play(self, table: str) -> None:
        for number, line in enumerate(table.splitlines(), 1):
            verb, *words = line.split() or ["#"]
            if verb != "#":
                getattr(self, verb)(*words, line=f"line {number}: {line.strip()}")

    def hold(self, name: str, buyer: str, value: str, answer: str, excess: str = "0", *, line: str) -> None:
        docs = a_set(len(self.named) + 1, prices=(value,), freight="0.00", tax="0.00")
        person, number = BUYERS[buyer]
        for kind in ("order", "inventory"):
            docs[kind] = docs[kind].head(buyerName=person, buyerIdNumber=number)
        docs["payment"] = docs["payment"].head(payerName=person, payerIdNumber=number)
        for filed in docs.values():
            self.house.file(filed.head(appTime=self.now()))
        self.settle()
        self.named[name] = docs["inventory"], buyer
        found = self.document(name)
        holds = [one.kind for one in found.holds]
        assert self.came(found, holds) == answer, line
        if answer == "over_year":
            (problem,) = found.problems
            limit, asked = problem.expected.removeprefix("<= "), map(Decimal, problem.found.split(" + "))
            assert sum(asked) - Decimal(limit) == Decimal(excess), line

    @staticmethod
    def came(found: Document, holds: list[str]) -> str:
        if found.status == "100":
            return "over_year" if found.problems[0].rule_id == "T05" else found.problems[0].rule_id
        return "waits" if "guarantee" in holds else {"300": "ok"}[found.status]

    def use(self, name: str, *, line: str) -> None:
        self.command("release", name, "800", line)

    def free(self, name: str, *, line: str) -> None:
        self.command("reject", name, "100", line)

    def cancel(self, name: str, *, line: str) -> None:
        filed = self.named[name][0]
        asked = cancellation(filed, self.document(name).invt_no, cop_no=f"CX{name}", appTime=self.now())
        self.house.file(asked)
        self.settle()
        self.house.command("release", kind="cancellation", key=asked.key, reason="同意")
        self.settle()
        assert self.document(name).status == "430", line

    def back(self, name: str, answer: str = "ok", *, line: str) -> None:
        filed = self.named[name][0]
        asked = goods_return(
            filed, self.document(name).invt_no, cop_no=f"TH{name}{self.house.tick}", appTime=self.now()
        )
        self.house.file(asked)
        self.settle()
        self.house.command("goods_back", kind="goods_return", key=asked.key)
        self.settle()
        assert self.house.status(asked) == ("399" if answer == "ok" else ""), line

    def top_up(self, yuan: str, *, line: str) -> None:
        self.house.command("registry", snapshot=registry(yuan))
        self.settle()

    def year(self, buyer: str, held: str, used: str, *, line: str) -> None:
        number = self.house.store.keys.person_hash(BUYERS[buyer][1], self.house.now.year)
        assert self.balance(f"quota:{number}") == (Decimal(held), Decimal(used)), line

    def guarantee(self, held: str, used: str, *, line: str) -> None:
        assert self.balance("guarantee:99E1000001") == (Decimal(held), Decimal(used)), line

    def balance(self, account: str) -> tuple[Decimal, Decimal]:
        with sqlite3.connect(self.house.store.state_path) as db:
            held, used = db.execute("SELECT held, used FROM accounts WHERE account = ?", (account,)).fetchone()
        db.close()
        return Decimal(held) / 100_000, Decimal(used) / 100_000

    def command(self, action: str, name: str, status: str, line: str) -> None:
        self.house.command(action, kind="inventory", key=self.named[name][0].key, reason="核对")
        self.settle()
        assert self.document(name).status == status, line

    def document(self, name: str) -> Document:
        reader = self.house.reader()
        found = reader.documents_of("inventory", self.named[name][0].key)
        reader.close()
        assert found is not None
        return found

    def now(self) -> str:
        return (self.house.now + timedelta(hours=8)).strftime("%Y%m%d%H%M%S")

    def settle(self) -> None:
        with self.house.engine() as engine:
            engine.drain()
        self.house.pass_time(minutes=1)


@pytest.mark.parametrize(
    ("table", "guaranteed"), [pytest.param(YEAR, "1000000", id="year"), pytest.param(GUARANTEE, "30", id="guarantee")]
)
def test_a_table_of_an_account(table: str, guaranteed: str, tmp_path: Path) -> None:
    book = Book(tmp_path / "store", guaranteed)
    book.play(table)
    assert replay(book.house.store).differences == ()

"""Commands over HTTP: posted directly in the name of a token, judged by the engine, told again; and the queue."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.clearance.playstore import AGENT, DXP, NAMES, PLATFORM
from tests.engine.house import House
from tests.engine.test_officers import drained, lane, officer, shift, staffed
from tongguan.clearance.explain import explain_document
from tongguan.engine.replay import replay
from tongguan.gateway.api import ReadApi
from tongguan.gateway.metrics import Metrics
from tongguan.gateway.rate import RateLimit
from tongguan.gateway.reading_thread import ReadingThread
from tongguan.gateway.tokens import Tokens
from tongguan.registry.snapshot import build_registry
from tongguan.store.commands import put_command
from tongguan.store.doors import Doors


class Office:
    """A store with officers, one held inventory, and the read API over it without a network."""

    def __init__(self, directory: Path) -> None:
        packed = staffed(shift("chen"), more=(officer("far", customs_code="2200"),))
        self.house = House(directory, registry=packed, law=lane())
        self.filed = self.house.file_set(1)["inventory"]
        drained(self.house)
        self.doors = Doors(self.house.store.doors_path)
        tokens = Tokens(self.doors)
        self.reading = ReadingThread(self.house.store)
        registry = build_registry(packed)
        self.api = ReadApi(
            tokens=tokens, rate=RateLimit(0, 1), reading=self.reading, metrics=Metrics(), story_of=explain_document,
            writable=lambda: True, has_room=lambda: True, now=lambda: self.house.now,
            give=partial(put_command, self.house.store, clock_ns=self.house.clock), registry=lambda: registry,
        )  # fmt: skip
        self.tokens = {
            name: tokens.issue("officer", office="5165", officer_id=name)
            for name in ("chen", "deng", "chief", "qin", "far", "nobody")
        }
        self.tokens["unnamed"] = tokens.issue("officer", office="5165")
        self.tokens["agent"] = tokens.issue("filer", party_code=AGENT, dxp_id=DXP[AGENT])
        self.tokens["platform"] = tokens.issue("filer", party_code=PLATFORM, dxp_id=DXP[PLATFORM])
        self.tokens["operator"] = tokens.issue("operator")
        self.tokens["auditor"] = tokens.issue("auditor")

    def ask(self, method: str, path: str, who: str, body: Any = None) -> httpx.Response:
        """One request under somebody's token."""

        async def send() -> httpx.Response:
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(app=self.api.asgi), base_url="http://office"
            ) as client:
                content = body if isinstance(body, bytes) else None
                json = None if content is not None else body
                headers = {"authorization": f"Bearer {self.tokens[who]}"} if who else {}
                return await client.request(method, path, headers=headers, json=json, content=content)

        return asyncio.run(send())

    def command(self, who: str, action: str, **members: Any) -> httpx.Response:
        """Post a command, by default about the held inventory and with a reason."""
        key = list(self.filed.key)
        return self.ask("POST", "/commands", who, {"action": action, "key": key, "reason": "because", **members})

    def become(self, who: str, answer: httpx.Response) -> tuple[str, str]:
        """(outcome, rule) of a command that was taken."""
        assert answer.status_code == 202, answer.text
        drained(self.house)
        told = self.ask("GET", f"/commands/{answer.json()['commandId']}", who).json()
        return told["outcome"], told["problems"][0]["rule_id"] if told["outcome"] == "refused" else ""

    def status(self) -> str:
        return self.house.status(self.filed)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "store")
    yield made
    made.reading.close()
    made.doors.close()


def rule_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["problems"][0]["rule_id"]


def test_an_officer_releases_under_his_own_name(office: Office) -> None:
    assert office.become("chen", office.command("chen", "release", version=2)) == ("refused", "C01")
    assert office.become("chen", office.command("chen", "release")) == ("released", "")
    assert office.status() == "800"
    assert replay(office.house.store).same


@pytest.mark.parametrize(
    ("who", "action", "members", "rule"),
    [
        pytest.param("deng", "release", {}, "C10", id="another officer has it"),
        pytest.param("qin", "lift", {"hold": "review"}, "C07", id="another agency's hold"),
        pytest.param("far", "release", {}, "C08", id="another office"),
        pytest.param("nobody", "release", {}, "C05", id="not registered"),
        pytest.param("chen", "release", {"version": 99}, "C01", id="a version that was never there"),
        pytest.param("chen", "reject", {"reason": ""}, "C03", id="no reason"),
        pytest.param("chen", "release", {"key": [AGENT, "none"]}, "C04", id="no such inventory"),
        pytest.param("chen", "release", {"kind": "pause"}, "C02", id="a release of a pause"),
        pytest.param("chen", "resume", {"kind": "pause", "key": ["C00-000000000099"]}, "C18", id="no such pause"),
        pytest.param("platform", "answer", {}, "C16", id="a company that did not file it"),
        pytest.param("agent", "answer", {}, "C02", id="no question was asked"),
    ],
)
def test_what_is_forbidden_is_taken_and_refused_by_the_decision(
    office: Office, who: str, action: str, members: dict[str, Any], rule: str
) -> None:
    assert office.become(who, office.command(who, action, **members)) == ("refused", rule)
    assert office.status() == "300"


@pytest.mark.parametrize(
    ("who", "body", "answer"),
    [
        pytest.param("", {"action": "take", "key": ["a", "b"]}, (401, "A01"), id="no token"),
        pytest.param("operator", {"action": "take", "key": ["a", "b"]}, (403, "A25"), id="an operator"),
        pytest.param("auditor", {"action": "release", "key": ["a", "b"]}, (403, "A25"), id="an auditor"),
        pytest.param("unnamed", {"action": "release", "key": ["a", "b"]}, (403, "A25"), id="an officer without an id"),
        pytest.param("agent", {"action": "release", "key": ["a", "b"]}, (403, "A25"), id="a filer releases"),
        pytest.param("agent", {"action": "pause", "scope": {}}, (403, "A25"), id="a filer pauses"),
        pytest.param("chen", {"action": "answer", "key": ["a", "b"]}, (403, "A25"), id="an officer answers"),
        pytest.param("chen", {"action": "law", "key": ["a"]}, (403, "A25"), id="a command of the law"),
        pytest.param("chen", {"action": "registry", "key": ["a"]}, (403, "A25"), id="a command of the registry"),
        pytest.param("chen", {"action": "release"}, (400, "A26"), id="no key"),
        pytest.param("chen", {"action": "pause"}, (400, "A26"), id="a pause of everything by leaving the scope out"),
        pytest.param("chen", {"action": "release", "key": ["a", ""]}, (400, "A26"), id="an empty part of a key"),
        pytest.param("chen", {"action": "release", "key": ["a", "b", "c"]}, (400, "A26"), id="a key of three"),
        pytest.param("chen", {"action": "release", "key": ["a"], "actor": "deng"}, (400, "A26"), id="another's name"),
        pytest.param("chen", {"action": "detain", "key": ["a"], "approver": "chief"}, (400, "A26"), id="an approver"),
        pytest.param("chen", {"action": "release", "key": ["a"], "snapshot": "x"}, (400, "A26"), id="a snapshot"),
        pytest.param("chen", {"action": "release", "key": ["a"], "kind": "order"}, (400, "A26"), id="an order"),
        pytest.param("chen", {"action": "release", "key": ["a"], "reason": "x" * 801}, (400, "A26"), id="a novel"),
        pytest.param("chen", b"{", (400, "A26"), id="half a body"),
        pytest.param("chen", b"[" * 9000, (400, "A26"), id="a deep body"),
        pytest.param("chen", b"x" * 20_000, (413, "A05"), id="a long body"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_command_is_never_kept(office: Office, who: str, body: Any, answer: tuple[int, str]) -> None:
    before = office.house.store.inbox_path("C00").stat().st_size
    assert rule_of(office.ask("POST", "/commands", who, body)) == answer
    assert office.house.store.inbox_path("C00").stat().st_size == before
    drained(office.house)
    assert office.status() == "300"


def test_a_detention_over_http_takes_two_tokens(office: Office) -> None:
    proposed = office.command("chen", "detain", choice="502", documentNo="HG-1")
    assert office.become("chen", proposed) == ("proposed", "")
    for who in ("chen", "deng"):
        assert office.become(who, office.command(who, "approve")) == ("refused", "C11")
    assert office.status() == "300"
    assert office.become("chief", office.command("chief", "approve")) == ("detained", "")
    assert office.status() == "502"
    assert replay(office.house.store).same


def test_a_filer_answers_and_both_sides_read_the_words(office: Office) -> None:
    asked = office.command("chen", "ask", reason="Which model?", deadline="2026-03-05")
    assert office.become("chen", asked) == ("asked", "")
    assert office.become("agent", office.command("agent", "answer", reason="A1.")) == ("answered", "")
    path = f"/cases?ebpCode={PLATFORM}&orderNo=SBX000001"
    for who, sees_words, sees_officers in (
        ("agent", True, False), ("chen", True, True), ("platform", False, False), ("operator", False, True),
    ):  # fmt: skip
        (document,) = [one for one in office.ask("GET", path, who).json()["documents"] if one["kind"] == "inventory"]
        words = [one["text"] for one in document["words"] or []]
        assert words == (["Which model?", "A1."] if sees_words else []), who
        assert bool(document["handling"]) == sees_officers, who
        assert "chen" not in str(document["holds"]) or sees_officers


def test_a_pause_is_ended_by_a_second_token(office: Office) -> None:
    answer = office.ask(
        "POST", "/commands", "chen", {"action": "pause", "scope": {"origin": "601"}, "reason": "notice"}
    )
    pause = answer.json()["commandId"]
    assert office.become("chen", answer) == ("paused", "")
    assert office.become("chen", office.command("chen", "release")) == ("review", "")
    assert office.status() == "600"
    for who, found in (("chen", ("refused", "C17")), ("qin", ("refused", "C07")), ("deng", ("resumed", ""))):
        assert office.become(who, office.command(who, "resume", kind="pause", key=[pause])) == found
    assert office.status() == "800"


def test_a_command_is_told_to_who_gave_it_and_to_those_who_see_all(office: Office) -> None:
    answer = office.command("deng", "release")
    path = f"/commands/{answer.json()['commandId']}"
    assert office.ask("GET", path, "deng").json()["state"] == "waiting"
    drained(office.house)
    told = office.ask("GET", path, "deng").json()
    assert (told["state"], told["action"], told["actor"], told["outcome"]) == ("decided", "release", "deng", "refused")
    assert office.ask("GET", path, "operator").status_code == 200
    for who in ("chen", "agent", "unnamed"):
        assert rule_of(office.ask("GET", path, who)) == (404, "A11")
    assert rule_of(office.ask("GET", "/commands/G01-000000000001", "operator")) == (404, "A11")


@pytest.mark.parametrize(
    ("who", "query", "found"),
    [
        ("chen", "", 1), ("chen", "?whose=mine", 1), ("chen", "?whose=nobody", 0), ("deng", "?whose=mine", 0),
        ("deng", "", 1), ("qin", "", 0), ("far", "", 0), ("unnamed", "", 1), ("operator", "", 1), ("auditor", "", 1),
    ],
)  # fmt: skip
def test_the_queue_shows_an_officer_his_office_and_agency(office: Office, who: str, query: str, found: int) -> None:
    page = office.ask("GET", f"/queue{query}", who).json()
    assert (len(page["items"]), page["more"]) == (found, False)
    for item in page["items"]:
        assert (item["key"], item["status"], item["officer"]) == (list(office.filed.key), "300", "chen")
        assert (item["why"], item["orderNo"], item["office"]) == (["review"], "SBX000001", "5165")
        assert NAMES[AGENT] not in str(item)


def test_the_queue_is_not_for_filers_and_its_parameters_are_checked(office: Office) -> None:
    assert rule_of(office.ask("GET", "/queue", "agent")) == (403, "A02")
    assert rule_of(office.ask("GET", "/queue?whose=others", "chen")) == (400, "A12")
    assert rule_of(office.ask("GET", "/queue?limit=0", "chen")) == (400, "A12")


def test_a_rejection_tells_the_remedies_in_the_story(office: Office) -> None:
    office.become("chen", office.command("chen", "reject", reason="origin"))
    path = f"/cases?ebpCode={PLATFORM}&orderNo=SBX000001"
    (document,) = [one for one in office.ask("GET", path, "agent").json()["documents"] if one["kind"] == "inventory"]
    remedies = [one["en"] for one in document["story"]["remedies"]]
    assert len(remedies) == 4 and any("60 days" in one and "next higher level" in one for one in remedies)

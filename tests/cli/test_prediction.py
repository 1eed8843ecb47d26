"""``tongguan check`` foretells what is decided: held against the store's own decisions on the same files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.cli.conftest import Run
from tongguan.ceb.limits import Limits
from tongguan.ceb.read import Profile
from tongguan.clearance.rule import ALL_KINDS
from tongguan.cli import clearing
from tongguan.cli.house import made
from tongguan.cli.papers import papers
from tongguan.cli.prediction.foresee import Answer, foresee
from tongguan.cli.prediction.forms import codes_of
from tongguan.cli.prediction.papers import taken
from tongguan.cli.registry import bring_into_force, read_folder
from tongguan.cli.truth import compare
from tongguan.law.snapshot import build_law, pack, package_tables
from tongguan.sandbox.faults import BY_NAME
from tongguan.sandbox.make import make
from tongguan.store.layout import Store
from tongguan.store.listing import Listing

NOT_TOLD_BY_FILES = re.compile(
    "|".join(
        (
            # who is registered, for what, under which name, with which certificate, guarantee and account book
            "signature-(unregistered|expired|revoked|other-party|copcode)", "D20-C", "D19-", "M15-(inventory|area)",
            "M16-(none|expired|LOW)", "D15-", "D11-name",
            # what a sandbox plays for a note
            "X0", "C-REJECT", "K06-(EMPTY|INVT)",
            # sites that wait for arrival, and inventories that are not released there
            "arrival-list-repeated", "M19-WAIT", "M19-list", "D..-list", "K0[456]-", "D29",
            # requests rest on the state of the inventory
            "cancel-", "return-", "D21-", "K09", "K01-resent-cancel", "D17-cancel", "D22-(ABSENT|STATE)",
        )
    )
)  # fmt: skip
"""Faults that hang on the registry, a scenario, an arrival, or what was filed before."""


class Cleared(NamedTuple):
    """One world, foretold and cleared."""

    out: Path
    answers: dict[tuple[str, int], Answer]
    refused: dict[str, tuple[str, ...]]
    verdicts: list[Any]
    infos: dict[tuple[str, tuple[str, ...]], tuple[str, str]]


@pytest.fixture(scope="module")
def cleared(tmp_path_factory: pytest.TempPathFactory) -> Cleared:
    """Every fault of the sandbox: what is foretold of its files, and what the store came to."""
    out = tmp_path_factory.mktemp("prediction") / "world"
    now = datetime.now(UTC).replace(microsecond=0)
    make(2, 3, "all", out, now)
    found = list(taken(papers([out / "filings"], bytes_max=10**7), Profile.STRICT, Limits(), now))
    answers = foresee((cause for paper in found for cause in paper.records), build_law(pack(package_tables())), now)
    store = made(out.parent / "zone", sandbox=True)
    bring_into_force(store, read_folder(out / "registry"), "test")
    run = clearing.clear(store, papers([out / "filings"], bytes_max=10**7), at=now)
    return Cleared(
        out=out,
        answers={(answer.file, answer.record_no): answer for answer in answers},
        refused={paper.name: tuple(one.rule_id for one in paper.problems) for paper in found if paper.problems},
        verdicts=list(compare(out / "truth.csv", store, run)),
        infos=dict(_infos(store)),
    )


def _infos(store: Store) -> Iterator[tuple[tuple[str, tuple[str, ...]], tuple[str, str]]]:
    """Status and returnInfo of the last receipt of every document."""
    listing = Listing(store)
    for kind in ALL_KINDS:
        for document in listing.documents(kind):
            last = document.last_receipts[-1]
            yield (kind, document.key), (last.status, last.info)
    listing.close()


def _difference(verdict: Any, cleared: Cleared) -> str:
    """What the prediction says otherwise than the store, or nothing."""
    if verdict.file in cleared.refused:
        said = cleared.refused[verdict.file]
        return "" if verdict.status == "CEB900" else f"foretold CEB900 {said}, came {verdict.status}"
    answer = cleared.answers[verdict.file, verdict.record]
    if answer.outcome == "repeated":
        return "" if verdict.status == "" else "foretold a repeat"
    if answer.status == "800" and verdict.status in ("300", "500"):
        return "" if set(verdict.reasons.split()) & {"review", "examination"} else "held for another reason"
    if answer.status == "600" and verdict.status == "500" and "examination" in verdict.reasons:
        return ""  # drawn for examination, which is graver
    if answer.status != verdict.status:
        return f"{answer.status} {codes_of(answer)} instead of {verdict.status} {verdict.reasons}"
    more = set(codes_of(answer)) - set(verdict.reasons.split())
    return f"foretold {more} beside {verdict.reasons}" if more else ""


TOLD = [name for name in BY_NAME if not NOT_TOLD_BY_FILES.match(name)]


@pytest.mark.parametrize("fault", ["good", *TOLD])
def test_a_prediction_names_the_status_and_code_that_the_store_comes_to(cleared: Cleared, fault: str) -> None:
    rows = [verdict for verdict in cleared.verdicts if verdict.fault == fault]
    assert rows
    told = {f"{row.file}#{row.record}": said for row in rows if (said := _difference(row, cleared))}
    assert told == {}


def test_only_what_no_file_tells_is_left_out_of_the_comparison() -> None:
    of_files = [name for name, fault in BY_NAME.items() if fault.area in ("schema", "document", "match", "law")]
    left_out = {name for name in of_files if name not in TOLD}
    assert all(re.match("M15-(inventory|area)|M16-(none|expired|LOW)|D15-|D11-name|D19-|X0", name) for name in left_out)


def test_return_info_is_that_of_the_receipt_to_the_letter(cleared: Cleared) -> None:
    compared = 0
    for row in cleared.verdicts:
        answer = cleared.answers.get((row.file, row.record))
        if answer is None or row.fault not in TOLD or answer.status != row.status or not answer.told:
            continue
        status, info = cleared.infos.get((answer.event.kind, answer.event.key), ("", ""))
        if "M15" in info:
            continue  # tells the name that the registry has
        if status == answer.told[-1].status:  # else a later file has made another version
            assert answer.told[-1].info == info, row
            compared += 1
    assert compared > 300


PERSONAL = re.compile(
    r"<ceb:(?:buyerName|buyerIdNumber|buyerTelephone|payerName|payerIdNumber|telephone|consignee|consigneeTelephone"
    r"|consigneeAddress)>([^<]{2,})<"
)


def test_no_value_of_a_person_is_printed_whatever_is_wrong(cleared: Cleared, run: Run) -> None:
    persons = {
        value
        for path in (cleared.out / "filings").iterdir()
        for value in PERSONAL.findall(path.read_text(encoding="utf-8", errors="replace"))
    }
    assert len(persons) > 100
    told = [run("check", cleared.out, code=1), run("check", cleared.out, "--json", code=1)]
    text = "".join(one.stdout + one.stderr for one in told)
    # Signs and single words that are no address and stand in our own sentences are nobody's.
    assert {value for value in persons if len(value) > 3 and value in text and "沙箱省" not in value} == set()


class Told(NamedTuple):
    """The lines of one run with --json."""

    files: list[dict[str, Any]]
    cases: list[dict[str, Any]]
    last: dict[str, Any]


def told_by(text: str) -> Told:
    lines = [json.loads(line) for line in text.splitlines()]
    return Told([one for one in lines if "file" in one], [one for one in lines if "case" in one], lines[-1])


@pytest.fixture
def four(run: Run, tmp_path: Path) -> Path:
    """One good set."""
    run("sandbox", "make", "--sets", 1, "--seed", 7, "--out", tmp_path / "four")
    return tmp_path / "four" / "filings"


def the(folder: Path, kind: str) -> Path:
    return next(folder.glob(f"*-{kind}-*"))


def test_a_good_set_is_released_with_the_tax_that_its_order_was_charged(run: Run, four: Path) -> None:
    told = told_by(run("check", four, "--json").stdout)
    (case,) = told.cases
    assert (case["prediction"], case["missing"]) == ("released", [])
    assert {one["document"]: one["status"] for one in case["documents"]} == {
        "order": "120", "payment": "120", "waybill": "120", "inventory": "800",
    }  # fmt: skip
    charged = re.search("<ceb:taxTotal>([^<]+)<", the(four, "order").read_text(encoding="utf-8"))
    assert charged
    assert Decimal(case["tax"]["taxTotal"]) == Decimal(charged[1])
    by_line = [
        Decimal(line[tax]) for line in case["tax"]["lines"] for tax in ("customsTax", "valueAddedTax", "consumptionTax")
    ]
    assert sum(by_line) == Decimal(charged[1])
    assert [one["documents"][0]["case"] for one in told.files] == [case["case"]] * 4
    assert list(Path.cwd().iterdir()) == [four.parent], "nothing is set up and nothing stays"


def test_what_was_assumed_is_named_with_how_to_find_out_in_both_languages(run: Run, four: Path) -> None:
    told = told_by(run("check", four, "--json").stdout)
    names = [one["name"] for one in told.last["assumed"]]
    assert names == told.cases[0]["assumed"]
    assert {"registration", "certificate", "guarantee", "buyer-year", "selection", "identity"} <= set(names)
    assert all(one[key] for one in told.last["assumed"] for key in ("text_zh", "text_en", "find_out_zh", "find_out_en"))
    shown = run("check", four).stdout
    assert all(f"  {name}: " in shown for name in names)


@pytest.mark.parametrize("absent", ["order", "payment", "waybill"])
def test_a_missing_paper_is_named_and_the_inventory_will_wait_at_2(run: Run, four: Path, absent: str) -> None:
    the(four, absent).unlink()
    (case,) = told_by(run("check", four, "--json").stdout).cases
    assert (case["prediction"], case["missing"]) == ("waiting", [absent])
    inventory = next(one for one in case["documents"] if one["document"] == "inventory")
    assert inventory["status"] == "2"
    assert {"order": "M01", "payment": "M02", "waybill": "M06"}[absent] in inventory["returnInfo"]
    assert f"missing: {absent} (" in run("check", four).stdout


def test_papers_without_their_inventory_are_stored_and_the_inventory_is_named(run: Run, four: Path) -> None:
    the(four, "inventory").unlink()
    (case,) = told_by(run("check", four, "--json").stdout).cases
    assert (case["prediction"], case["missing"], case["tax"]) == ("stored", ["inventory"], None)
    assert {one["status"] for one in case["documents"]} == {"2"}


def test_a_flaw_is_told_with_both_values_and_the_cure_and_exit_1(run: Run, tmp_path: Path) -> None:
    run("sandbox", "make", "--sets", 1, "--faults", "M04-amount", "--out", tmp_path / "box")
    bad = [path for path in (tmp_path / "box" / "filings").iterdir() if "M04" in path.name]
    (case,) = told_by(run("check", *bad, "--json", code=1).stdout).cases
    inventory = next(one for one in case["documents"] if one["document"] == "inventory")
    assert (case["prediction"], inventory["status"], inventory["codes"]) == ("rejected", "100", ["1332"])
    (problem,) = inventory["problems"]
    assert (problem["rule_id"], Decimal(problem["found"]) - Decimal(problem["expected"])) == ("M04", Decimal("0.01"))
    assert problem["fix_zh"]
    assert problem["fix_en"]
    assert case["tax"] is None
    shown = run("check", *bad, code=1)
    assert "1332" in shown.stdout
    assert problem["fix_en"] in shown.stderr


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(lambda text: text.replace("\n", "\r\n").encode(), id="Windows line ends"),
        pytest.param(lambda text: b"\xef\xbb\xbf" + text.encode(), id="byte order mark"),
        pytest.param(
            lambda text: re.sub("encoding=.UTF-8.", 'encoding="GB18030"', text).encode("gb18030"), id="GB18030"
        ),
    ],
)
def test_files_as_other_systems_write_them_are_foretold_alike(run: Run, four: Path, written: Any) -> None:
    for path in four.iterdir():
        path.write_bytes(written(path.read_text(encoding="utf-8")))
    (case,) = told_by(run("check", four, "--json").stdout).cases
    assert case["prediction"] == "released"


def test_an_unsigned_inventory_is_not_taken_and_the_other_papers_are_foretold(run: Run, four: Path) -> None:
    path = the(four, "inventory")
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub("<ds:Signature .*</ds:Signature>", "", text, flags=re.DOTALL), encoding="utf-8")
    told = told_by(run("check", four, "--json", code=1).stdout)
    (unsigned,) = [one for one in told.files if one["schema"] == "invalid"]
    assert "Signature" in unsigned["problems"][0]["path"] + unsigned["problems"][0]["expected"]
    assert [(case["prediction"], case["missing"]) for case in told.cases] == [("stored", ["inventory"])]


def test_a_certificate_that_is_only_named_leaves_the_signature_unverified_and_says_so(run: Run, four: Path) -> None:
    path = the(four, "inventory")
    text = path.read_text(encoding="utf-8")
    named = re.sub("<ds:X509Data>.*</ds:X509Data>", "", text, flags=re.DOTALL)
    assert named != text
    path.write_text(named, encoding="utf-8")
    (case,) = told_by(run("check", four, "--json").stdout).cases
    assert case["prediction"] == "released"
    assert "signature" in case["assumed"]


def test_a_spoilt_signature_is_found_offline(run: Run, four: Path) -> None:
    path = the(four, "inventory")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("</ceb:agentName>", "X</ceb:agentName>", 1), encoding="utf-8")
    (case,) = told_by(run("check", four, "--json", code=1).stdout).cases
    inventory = next(one for one in case["documents"] if one["document"] == "inventory")
    assert (inventory["prediction"], inventory["status"]) == ("refused", "-621029")
    assert inventory["problems"][0]["rule_id"] == "D20-SIGN"


def test_requests_go_with_the_inventory_of_their_order_and_cannot_be_foretold_without_it(
    run: Run, tmp_path: Path
) -> None:
    run("sandbox", "make", "--sets", 1, "--faults", "cancel-at-once,return-waits", "--out", tmp_path / "box")
    files = sorted((tmp_path / "box" / "filings").iterdir())
    for name, kind, status in (("cancel-at-once", "cancellation", "399"), ("return-waits", "goods_return", "120")):
        mine = [path for path in files if name in path.name]
        (case,) = told_by(run("check", *mine, "--json").stdout).cases
        request = next(one for one in case["documents"] if one["document"] == kind)
        assert request["status"] == status
        assert "inventory-state" in case["assumed"]
        alone = [path for path in mine if path.name.split("-")[1] not in ("order", "payment", "waybill", "inventory")]
        (case,) = told_by(run("check", *alone, "--json").stdout).cases
        assert (case["prediction"], case["documents"][0]["returnInfo"]) == ("unknown", "")


def test_a_change_is_judged_as_if_its_earlier_version_stood(run: Run, four: Path) -> None:
    path = the(four, "order")
    text = path.read_text(encoding="utf-8").replace("<ceb:appType>1<", "<ceb:appType>2<")
    path.write_text(re.sub("<ds:Signature .*</ds:Signature>", "", text, flags=re.DOTALL), encoding="utf-8")
    (case,) = told_by(run("check", four, "--json").stdout).cases
    assert case["prediction"] == "released"
    assert "earlier-version" in case["assumed"]


def test_the_time_and_the_law_can_be_chosen(run: Run, four: Path, tmp_path: Path) -> None:
    (case,) = told_by(run("check", four, "--at", "2099-01-01", "--json", code=1).stdout).cases
    inventory = next(one for one in case["documents"] if one["document"] == "inventory")
    assert "D18" in {one["rule_id"] for one in inventory["problems"]}
    assert "2000-01-01" in run("check", four, "--at", "2000-01-01T00:00:00+00:00", code=2).stderr
    table = Path(clearing.__file__).parents[1] / "law" / "tables" / "limits.csv"
    head, *rows = table.read_text(encoding="utf-8").splitlines()
    (tmp_path / "law").mkdir()
    lower = [row.replace(",26000,", ",1,") for row in rows]
    assert lower != rows
    (tmp_path / "law" / "limits.csv").write_text("\n".join([head, *lower]) + "\n", encoding="utf-8")
    (case,) = told_by(run("check", four, "--law", tmp_path / "law", "--json", code=1).stdout).cases
    inventory = next(one for one in case["documents"] if one["document"] == "inventory")
    assert (inventory["status"], inventory["codes"]) == ("100", ["1313"])
    assert "nowhere" in run("check", four, "--law", tmp_path / "nowhere", code=2).stderr


def test_what_no_receipt_could_answer_is_told_though_it_fits_the_schema(run: Run, four: Path) -> None:
    path = the(four, "inventory")
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub("<ceb:copNo>[^<]*</ceb:copNo>", "", text), encoding="utf-8")
    told = told_by(run("check", path, "--json", code=1).stdout)
    (line,) = told.files
    assert (line["schema"], [one["rule_id"] for one in line["problems"]]) == ("valid", ["A15"])
    assert told.cases == []
    assert told.last["summary"] == {"files": 1, "notTaken": 1, "cases": 0}


def test_a_case_name_that_looks_like_markup_is_printed_as_it_is(run: Run, four: Path) -> None:
    path = the(four, "order")
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub("(<ceb:orderNo>)[^<]*<", r"\g<1>[/red][bold<", text), encoding="utf-8")
    assert "[/red][bold" in run("check", path, code=1).stdout

"""Whatever lies in the folder: refused by name, never a traceback; envelopes, many records, Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from tests.cli.conftest import Run
from tests.cli.test_check import SHAPE, lines
from tests.cli.test_clear import a_set, lay
from tongguan.ceb.envelope import seal_envelope
from tongguan.ceb.schema import validator

NAMED = {
    "a message cut in half": lambda good: good[: len(good) // 2],
    "GBK bytes that say they are UTF-8": lambda good: good.decode().replace("沙箱", "深圳").encode("gbk"),
    "an encoding nobody knows": lambda good: good.replace(b"UTF-8", b"EBCDIC-9", 1).replace(b"utf-8", b"EBCDIC-9", 1),
    "half UTF-16": lambda good: good[:200] + good[200:].decode().encode("utf-16-le"),
    "a zero byte in the middle": lambda good: good[:500] + b"\0" + good[500:],
    "something after the end": lambda good: good + b"<more/>",
    "a hundred thousand levels": lambda good: b"<a>" * 100_000,
    "a receipt instead of a filing": lambda good: good.replace(b"CEB311Message", b"CEB312Message"),
    "entities that grow": lambda good: (
        b"<!DOCTYPE a [<!ENTITY b 'bbbbbbbb'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]><a>&c;&c;&c;</a>"
    ),
    "a file from outside": lambda good: b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/hostname'>]><a>&b;</a>",
}


def open_house(run: Run, box: Path, folder: Path) -> None:
    """A sandbox store with the box's registry in force."""
    run("init", folder, "--sandbox")
    run("registry", "import", box / "registry", "--db", folder)


def test_hostile_files_are_each_refused_with_ceb900_and_the_good_ones_clear(
    run: Run, box: Path, tmp_path: Path
) -> None:
    one = a_set(box)
    papers = lay(tmp_path / "papers", *one.values())
    for number, damage in enumerate(NAMED.values()):
        (papers / f"h{number:02d}.xml").write_bytes(damage(one["order"].read_bytes()))
    open_house(run, box, tmp_path / "db")
    told = json.loads(run("clear", papers, "--db", tmp_path / "db", "--out", tmp_path / "out", "--json").stdout)
    refused = sorted(file.name for file in (tmp_path / "out" / "refused").iterdir())
    assert [name[:3] for name in refused] == [f"h{number:02d}" for number in range(len(NAMED))]
    assert (told["refused"], told["released"] + told["review"]) == (len(NAMED), 1)
    for file in (tmp_path / "out" / "refused").iterdir():
        assert validator().validate(etree.parse(file)), file.name
    checked = lines(run("check", papers, "--json", code=1).stdout)
    bad = [found for found in checked if found["schema"] == "invalid"]
    # A receipt fits the schema or not; that nobody may file one is the door's own word, which check does not ask.
    assert len(bad) >= len(NAMED) - 1
    assert all(set(problem) == SHAPE for found in bad for problem in found["problems"])  # type: ignore[attr-defined]
    run("replay", "--verify", "--db", tmp_path / "db")


def test_archives_that_cannot_be_unpacked_are_refused_and_the_rest_is_read(run: Run, box: Path, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a.zip").write_bytes(b"PK\x03\x04 but no more")
    with zipfile.ZipFile(folder / "b.zip", "w") as archive:
        for kind, file in a_set(box).items():
            archive.write(file, f"{kind}.xml")
    packed = (folder / "b.zip").read_bytes()
    at = packed.index(b"SANDBOX")
    (folder / "c.zip").write_bytes(packed[:at] + b"sandbox" + packed[at + 7 :])  # a wrong check sum
    (folder / "d.zip").write_bytes(b"")
    told = {one["file"]: one["schema"] for one in lines(run("check", folder, "--json", code=1).stdout)}
    assert told["a.zip"] == told["d.zip"] == "invalid"
    inside = {name: schema for name, schema in told.items() if name.startswith("b.zip/")}
    assert len(inside) == 4
    assert set(inside.values()) == {"valid"}
    assert [schema for name, schema in told.items() if name.startswith("c.zip/")].count("invalid") == 1


def test_a_message_above_the_limit_of_the_settings_is_refused_by_name(run: Run, box: Path, tmp_path: Path) -> None:
    file = tmp_path / "small.toml"
    file.write_text("[ceb]\nmax_bytes = 1024\n[sandbox]\nenabled = true\n", encoding="utf-8")
    order = a_set(box)["order"]
    (told,) = lines(run("--config", file, "check", order, "--json", code=1).stdout)
    assert [problem["rule_id"] for problem in told["problems"]] == ["W01"]  # type: ignore[attr-defined]
    open_house(run, box, tmp_path / "db")
    summary = json.loads(run("--config", file, "clear", order, "--db", tmp_path / "db", "--json").stdout)
    assert (summary["filed"], summary["refused"]) == (1, 1)


def test_files_of_one_name_and_names_that_are_no_text_each_count(run: Run, box: Path, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.xml").write_bytes(b"nothing")
        (tmp_path / folder / "订单.xml").write_bytes(b"nothing")
        (tmp_path / folder / "运单.xml").write_bytes(b"nothing")
        Path(os.fsdecode(os.fsencode(tmp_path / folder) + b"/\xff\xfe.xml")).write_bytes(b"nothing")
    open_house(run, box, tmp_path / "db")
    folders = tmp_path / "one", tmp_path / "two"
    told = json.loads(run("clear", *folders, "--db", tmp_path / "db", "--out", tmp_path / "out", "--json").stdout)
    assert (told["filed"], told["refused"]) == (8, 8)
    assert len(list((tmp_path / "out" / "refused").iterdir())) == 8


def test_messages_in_envelopes_clear_like_bare_ones(run: Run, box: Path, tmp_path: Path) -> None:
    (box / "sealed").mkdir()
    for number, (kind, file) in enumerate(a_set(box).items()):
        raw = file.read_bytes()
        sender = etree.fromstring(raw).findtext(".//{*}BaseTransfer/{*}dxpId")
        assert sender is not None
        sealed = seal_envelope(
            raw,
            copMsgId=f"test-{number}",
            senderId=sender,
            receiverIds=("DXPENT0000000001",),
            creatTime=datetime.now(UTC),
            msgType="CEB",
        )
        (box / "sealed" / f"{number}-{kind}.dxp").write_bytes(sealed)
    told = json.loads(run("clear", box / "sealed", "--db", tmp_path / "db", "--json").stdout)
    assert (told["filed"], told["refused"], told["released"] + told["review"]) == (4, 0, 1)


def test_twenty_records_a_message_are_decided_each(run: Run, tmp_path: Path) -> None:
    run("sandbox", "make", "--sets", 20, "--records", 20, "--seed", 5, "--out", tmp_path / "box")
    told = json.loads(run("clear", tmp_path / "box", "--db", tmp_path / "db", "--json").stdout)
    assert (told["filed"], told["records"], told["inventories"]) == (4, 80, 20)
    assert told["released"] + told["review"] == 20


_IN_AN_INVENTORY = {
    "missing-621": "missing", "digest": "digest", "value": "value", "algorithm": "algorithm",
    # The bytes hold; that such a certificate may not be used is not a matter of the signature.
    "unregistered": "ok", "expired": "ok", "revoked": "ok", "other-party": "ok", "copcode": "ok",
    "raw": "ok", "lines": "ok", "comments": "ok", "sm2-sha1": "ok", "rsa-sha1": "ok", "rsa-sha256": "ok",
}  # fmt: skip
STEPS = {f"signature-{name}": ("inventory", step) for name, step in _IN_AN_INVENTORY.items()} | {
    "signature-missing-311": ("order", "missing"), "signature-digest-311": ("order", "digest"),
    "signature-digest-411": ("payment", "digest"), "signature-digest-511": ("waybill", "digest"),
    "D20-SIGN-payment": ("payment", "value"), "D20-CERT-waybill": ("waybill", "ok"), "D20-CARD-order": ("order", "ok"),
}  # fmt: skip
"""By fault: the document that has it, and the step that fails."""


def test_signature_explain_names_the_step_of_every_fault(run: Run, tmp_path: Path) -> None:
    listed = json.loads(run("sandbox", "faults", "--json").stdout)
    assert {fault["name"] for fault in listed if fault["area"] == "signature"} == set(STEPS)
    run("sandbox", "make", "--sets", 1, "--faults", ",".join(STEPS), "--out", tmp_path / "box")
    for name, (faulty, step) in STEPS.items():
        for file in (tmp_path / "box" / "filings").glob(f"*-{name}.xml"):
            kind = file.name.split("-")[1]
            told = json.loads(run("signature", "explain", file, "--json").stdout)
            assert told["step"] == (step if kind == faulty else "ok"), file.name


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_command_that_is_broken_off_leaves_no_traceback(tmp_path: Path, sign: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tongguan", "demo", "--sets", "400", "--out", str(tmp_path / "demo")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + 30
    while not (tmp_path / "demo" / "box" / "filings").is_dir() and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(sign)
    _, told = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "Traceback" not in told

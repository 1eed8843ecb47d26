"""The tables and what is generated from them."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from tongguan.ceb import generate, table
from tongguan.ceb.messages import MESSAGES
from tongguan.ceb.schema import validator, xsd
from tongguan.ceb.table import Kind, common, messages, typos

# Fields of each entity, counted in the reference tables.
FIELDS = {
    "CEB311Message": [30, 13], "CEB312Message": [7], "CEB411Message": [18], "CEB412Message": [6],
    "CEB511Message": [19], "CEB512Message": [6], "CEB513Message": [10], "CEB514Message": [7],
    "CEB621Message": [47, 20], "CEB622Message": [11], "CEB623Message": [24], "CEB624Message": [11],
    "CEB625Message": [24, 6], "CEB626Message": [11], "CEB711Message": [19, 3], "CEB712Message": [9],
    "CEB816Message": [15, 6], "CEB818Message": [7], "CEB900Message": [7],
}  # fmt: skip


def test_the_generated_modules_are_up_to_date() -> None:
    assert generate.outdated() == []
    assert generate.main(["--check"]) == 0


def test_a_changed_missing_or_surplus_module_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "messages"
    generate.write(folder)
    assert generate.outdated(folder) == []
    (folder / "ceb311.py").write_text("changed")
    (folder / "ceb312.py").unlink()
    (folder / "ceb999.py").write_text("surplus")
    assert generate.outdated(folder) == ["ceb311.py", "ceb312.py", "ceb999.py"]
    generate.write(folder)
    assert generate.outdated(folder) == []
    assert generate.main(["--nonsense"]) == 2


def test_all_nineteen_messages_have_their_fields() -> None:
    assert {name: [len(e.fields) for e in spec.entities] for name, spec in messages().items()} == FIELDS
    assert set(MESSAGES) == set(FIELDS)
    assert [(e.name, len(e.fields), e.least, e.most) for e in common().values()] == [
        ("BaseTransfer", 5, 1, 1),
        ("BaseSubscribe", 4, 0, 5),
        ("ExtendMessage", 3, 0, 1),
    ]


def test_official_spellings_are_kept() -> None:
    order = messages()["CEB311Message"]
    assert "acturalPaid" in [f.name for f in order.entities[0].fields]
    assert typos()["consingee"] == "consignee"
    official = {f.name for m in messages().values() for e in m.entities for f in e.fields}
    official |= {e.name for m in messages().values() for e in m.entities} | {m.group for m in messages().values()}
    assert set(typos().values()) <= official
    assert not set(typos()) & official


def test_kinds_follow_the_types() -> None:
    inventory = messages()["CEB621Message"]
    kinds = {f.name: f.kind for e in inventory.entities for f in e.fields}
    assert (kinds["packNo"], kinds["gnum"], kinds["qty"], kinds["guid"]) == (
        Kind.WHOLE,
        Kind.WHOLE,
        Kind.DECIMAL,
        Kind.TEXT,
    )
    assert sum(f.fixed == "142" for m in messages().values() for e in m.entities for f in e.fields) == 6


def test_the_schema_declares_every_message_and_compiles() -> None:
    root = etree.fromstring(xsd())
    names = [e.get("name") for e in root.findall("{http://www.w3.org/2001/XMLSchema}element")]
    assert names == list(messages())
    assert isinstance(validator(), etree.XMLSchema)


def test_every_field_has_both_names() -> None:
    for spec in messages().values():
        assert spec.zh
        assert spec.en
        for entity in (*spec.entities, *common().values()):
            assert entity.zh
            assert entity.en
            assert all(f.zh and f.en for f in entity.fields)


def test_another_family_is_two_more_data_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message whose entities bear the names of another message but have other fields: data alone, no code."""
    for file in ("typos.csv", "lenient.csv", "blocks.csv"):
        (tmp_path / file).write_bytes((table.folder() / file).read_bytes())
    for family, message, field in (("one", "CEB311Message", "orderNo"), ("two", "CEB303Message", "bookingNo")):
        head = (table.folder() / "import_fields.csv").read_text(encoding="utf-8").splitlines()
        rows = [head[0], f"{message},Order,OrderHead,1,{field},编号,number,C1..9,1,9,,,,1,"]
        rows += [row for row in head if row.startswith("common,")]
        (tmp_path / f"{family}_fields.csv").write_text("\n".join(rows), encoding="utf-8")
        (tmp_path / f"{family}_messages.csv").write_text(
            "message,zh,en,direction,group_min,group_max,line_min,line_max,signature\n"
            f"{message},订单,order,in,1,100,,,optional\n",
            encoding="utf-8",
        )
    monkeypatch.setattr(table, "folder", lambda: tmp_path)
    table._tables.cache_clear()
    try:
        assert [f.name for f in table.messages()["CEB303Message"].entities[0].fields] == ["bookingNo"]
        assert "bookingNo: str" in generate.modules()["ceb303.py"]
        assert "bookingNo" not in generate.modules()["ceb311.py"]
        names = [
            e.get("name") for e in etree.fromstring(xsd.__wrapped__()).iter() if e.get("name", "").startswith("CEB")
        ]
        assert names == ["CEB311Message", "CEB303Message"]
    finally:
        table._tables.cache_clear()

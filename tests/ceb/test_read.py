"""Reading one message: encodings, namespaces, profiles, occurrence, limits and hostile bytes."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from lxml import etree

from tests.ceb import samples
from tests.ceb.samples import NAMES, build, smallest, tag, xml
from tongguan.ceb.limits import Limits
from tongguan.ceb.messages.ceb311 import CEB311Message
from tongguan.ceb.problem import Problem
from tongguan.ceb.profile import Profile
from tongguan.ceb.read import Reading, read
from tongguan.ceb.table import NAMESPACE, FieldSpec, messages


def rules(reading: Reading) -> list[str]:
    return [p.rule_id for p in reading.problems]


def named(value: str) -> samples.Value:
    """Smallest values, but consignee (with Chinese text) set to ``value``."""
    return lambda field: value if field.name == "consignee" else smallest(field)


ORDER = xml(build("CEB311Message", named("林一"))).decode()


def test_an_order_becomes_a_typed_message() -> None:
    root = build("CEB311Message", named("林一"), lines=2, subscribers=2, extended=True)
    next(root.iter(tag("acturalPaid"))).text = " 0118.50 "
    reading = read(xml(root))
    message = reading.message
    assert isinstance(message, CEB311Message)
    assert reading.records == message.Order
    assert message.guid == samples.GUID
    assert message.Order[0].OrderHead.acturalPaid == Decimal("118.50")
    assert message.Order[0].OrderHead.consignee == "林一"
    assert message.Order[0].OrderHead.note is None
    assert [line.gnum for line in message.Order[0].OrderList] == [0, 0]
    assert len(message.BaseSubscribe) == 2
    assert message.ExtendMessage is not None
    assert b'<own xmlns="urn:own" k="v">text<deep></deep></own>' in message.ExtendMessage
    assert reading.root is not None
    assert reading.root.tag == tag("CEB311Message")


def test_an_empty_currency_counts_as_142_and_an_empty_text_stays_empty() -> None:
    root = build("CEB311Message", smallest)
    next(root.iter(tag("currency"))).text = None
    etree.SubElement(root[0][0], tag("note"))
    message = read(xml(root)).message
    assert isinstance(message, CEB311Message)
    assert message.Order[0].OrderHead.currency == "142"
    assert message.Order[0].OrderHead.note == ""


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(ORDER.encode(), id="UTF-8"),
        pytest.param(b"\xef\xbb\xbf" + ORDER.encode(), id="UTF-8 with byte order mark"),
        pytest.param(ORDER.split("?>", 1)[1].strip().encode(), id="UTF-8 without declaration"),
        pytest.param(ORDER.replace("UTF-8", "GB18030").encode("gb18030"), id="GB18030"),
        pytest.param(ORDER.replace("UTF-8", "gbk").encode("gbk"), id="GBK"),
        pytest.param(ORDER.replace("UTF-8", "GB2312").encode("gb2312"), id="GB2312"),
        pytest.param(ORDER.replace("?>", " standalone='yes'?>", 1).encode(), id="standalone"),
        pytest.param(xml(build("CEB311Message", named("林一"), prefix=None)), id="default namespace"),
        pytest.param(xml(build("CEB311Message", named("林一"), prefix="x")), id="another prefix"),
        pytest.param(ORDER.replace("林一", "林<!-- x -->一").encode(), id="a comment inside a value"),
        pytest.param(ORDER.replace("林一", "林<?x y?>一").encode(), id="an instruction inside a value"),
        pytest.param(ORDER.replace("林一", "<![CDATA[林一]]>").encode(), id="CDATA"),
        pytest.param(ORDER.replace("林一", "&#x6797;&#19968;").encode(), id="character references"),
        pytest.param(ORDER.replace("?>", "?><!-- <!DOCTYPE x> -->", 1).encode(), id="DOCTYPE in a comment"),
        pytest.param(
            ORDER.replace(
                " guid=",
                ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x nowhere.xsd" guid=',
                1,
            ).encode(),
            id="a schema hint, which is not followed",
        ),
    ],
)
def test_the_same_order_in_many_dresses(raw: bytes) -> None:
    reading = read(raw)
    assert reading.problems == ()
    message = reading.message
    assert isinstance(message, CEB311Message)
    assert message.Order[0].OrderHead.consignee == "林一"


def test_the_tree_for_the_signature_keeps_its_comments() -> None:
    root = read(ORDER.replace("林一", "林<!-- x -->一").encode()).root
    assert root is not None
    assert b"<!-- x -->" in etree.tostring(root)


DEEP = "<a>" * 17 + "</a>" * 17
HOSTILE = [
    pytest.param(b"", "W09", id="nothing"),
    pytest.param(b"\x00\x01\x02", "W09", id="not text"),
    pytest.param(b"{}", "W09", id="JSON"),
    pytest.param(ORDER.encode()[:-5], "W09", id="cut off"),
    pytest.param(ORDER.encode() + b"<more/>", "W09", id="two roots"),
    pytest.param(ORDER.replace("林一", "\x01").encode(), "W09", id="a control character"),
    pytest.param(
        ORDER.replace(' version="1.0"', ' version="1.0" version="1.0"', 1).encode(), "W09", id="an attribute twice"
    ),
    pytest.param(ORDER.encode().replace("林".encode(), b"\xff\xfe"), "W10", id="not UTF-8 though said so"),
    pytest.param(ORDER.split("?>", 1)[1].encode("gbk"), "W10", id="GBK without saying so"),
    pytest.param(
        ORDER.replace("UTF-8", "GBK").encode("gbk").replace("林".encode("gbk"), b"\xff\xff"), "W10", id="broken GBK"
    ),
    pytest.param(
        b"\xef\xbb\xbf" + ORDER.replace("UTF-8", "GBK").encode(), "W10", id="a UTF-8 mark and a GBK declaration"
    ),
    pytest.param(ORDER.replace("UTF-8", "ISO-8859-1").encode("utf-8"), "W10", id="Latin 1"),
    pytest.param(ORDER.encode("utf-16"), "W10", id="UTF-16"),
    pytest.param(ORDER.encode("utf-32-le"), "W10", id="UTF-32"),
    pytest.param(ORDER.replace("?>", "?><!DOCTYPE CEB311Message>", 1).encode(), "W02", id="a document type"),
    pytest.param(
        b'<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;</a>',
        "W02",
        id="entity bomb",
    ),
    pytest.param(b'<!DOCTYPE a SYSTEM "file:///etc/hostname"><a/>', "W03", id="an outside document type"),
    pytest.param(
        b'<!-- x --> <?y z?> <!DOCTYPE a PUBLIC "a" "http://localhost:9/"><a/>', "W03", id="a public one, late"
    ),
    pytest.param(ORDER.replace("林一", "&who;").encode(), "W04", id="an entity nobody declared"),
    pytest.param(DEEP.encode(), "W05", id="17 levels"),
    pytest.param(b"<a>" * 100_000, "W05", id="a hundred thousand levels"),
    pytest.param(b"<a/>", "W11", id="a foreign root"),
    pytest.param(ORDER.replace("CEB311Message", "CEB999Message").encode(), "W11", id="a number without message"),
    pytest.param(ORDER.replace(NAMESPACE, NAMESPACE + "2").encode(), "W11", id="a foreign namespace"),
]


@pytest.mark.parametrize(("raw", "rule"), HOSTILE)
def test_what_cannot_be_read_is_refused_by_name(raw: bytes, rule: str) -> None:
    reading = read(raw)
    assert rules(reading) == [rule]
    assert reading.message_type == "Unknown"
    assert reading.message is None


def test_sixteen_levels_are_not_too_deep() -> None:
    assert rules(read(("<a>" * 16 + "</a>" * 16).encode())) == ["W11"]
    root = build("CEB311Message", smallest, extended=True)
    inner = next(root.iter("{urn:own}deep"))
    for _ in range(16 - 5):
        inner = etree.SubElement(inner, "x")
    assert rules(read(xml(root))) == []
    etree.SubElement(inner, "x")
    assert rules(read(xml(root))) == ["W05"]


def test_the_limit_of_size_is_of_bytes_and_exact() -> None:
    raw = ORDER.encode()
    assert rules(read(raw, limits=Limits(bytes_max=len(raw)))) == []
    assert rules(read(raw, limits=Limits(bytes_max=len(raw) - 1))) == ["W01"]
    gbk = ORDER.replace("UTF-8", "GBK").encode("gbk")
    assert rules(read(gbk, limits=Limits(bytes_max=len(gbk) - 1))) == ["W01"]


def test_the_limit_of_elements_is_counted_in_tags() -> None:
    raw = ORDER.encode()
    tags = raw.count(b"<") - 1  # the declaration counts too
    assert rules(read(raw, limits=Limits(tags_max=tags + 1))) == []
    assert rules(read(raw, limits=Limits(tags_max=tags))) == ["W12"]
    fullest = build("CEB621Message", samples.largest, records=100, lines=99, subscribers=5, extended=True)
    assert len(list(fullest.iter())) * 2 < Limits().tags_max
    assert rules(read(xml(build("CEB311Message", smallest, records=100, lines=99)))) == []


def test_the_limit_of_lines_holds_where_the_schema_has_none() -> None:
    raw = xml(build("CEB711Message", smallest, lines=12))
    assert rules(read(raw, limits=Limits(lines_max=12))) == []
    (found,) = read(raw, limits=Limits(lines_max=11)).problems
    assert (found.rule_id, found.path, found.found, found.expected) == ("W06", "Delivery[1]/DeliveryList", "12", "11")
    tax = xml(build("CEB816Message", smallest, records=3))
    assert rules(read(tax, limits=Limits(records_max=3))) == []
    assert rules(read(tax, limits=Limits(records_max=2))) == ["W07"]


def test_ten_thousand_lines_are_read_and_one_more_is_refused() -> None:
    root = build("CEB711Message", smallest, lines=10_000)
    assert rules(read(xml(root))) == []
    samples.entity(root[0], messages()["CEB711Message"].entities[1], smallest)
    assert rules(read(xml(root))) == ["W06"]


def test_a_flood_of_problems_is_cut_by_name() -> None:
    root = build("CEB711Message", lambda f: None if f.name == "logisticsNo" else smallest(f), lines=50)
    reading = read(xml(root), limits=Limits(problems_max=20))
    assert rules(reading) == ["S01"] * 20 + ["W08"]
    assert len(read(xml(root)).problems) == 50


@pytest.mark.parametrize("name", NAMES)
def test_occurrence_of_groups_lines_blocks_and_signature(name: str) -> None:
    """The figures are those of the reference, section 1.1, not of the table under test."""
    one = {"CEB711Message", "CEB900Message"}
    endless = {"CEB816Message", "CEB818Message"}
    most = 1 if name in one else None if name in endless else 100
    required = name in {"CEB621Message", "CEB623Message", "CEB625Message", "CEB711Message"}
    allowed = required or name in {"CEB311Message", "CEB411Message", "CEB511Message", "CEB513Message"}
    assert rules(read(xml(build(name, smallest, records=0)))) == ["S01"]
    assert rules(read(xml(build(name, smallest, records=most or 150)))) == []
    if most:
        assert rules(read(xml(build(name, smallest, records=most + 1)))) == ["S11" if most == 1 else "S12"]
    assert rules(read(xml(build(name, smallest, signed=False)))) == (["S14"] if required else [])
    assert rules(read(xml(build(name, smallest, signed=True)))) == ([] if allowed else ["S02"])
    if allowed:
        assert rules(read(xml(build(name, smallest, subscribers=5, extended=True)))) == []
        assert rules(read(xml(build(name, smallest, subscribers=6)))) == ["S12"]
        root = build(name, smallest)
        root.remove(root.find(tag("BaseTransfer")))  # type: ignore[arg-type]
        assert rules(read(xml(root))) == ["S01"]
    spec = messages()[name]
    if spec.grouped and len(spec.entities) == 2:
        assert rules(read(xml(build(name, smallest, lines=0)))) == ["S01"]
        assert rules(read(xml(build(name, smallest, lines=99)))) == []
        assert rules(read(xml(build(name, smallest, lines=100)))) == ([] if name == "CEB711Message" else ["S12"])


@pytest.mark.parametrize(
    ("attribute", "value", "rule"),
    [("guid", None, "S13"), ("version", None, "S13"), ("guid", "x" * 35, "S06"), ("guid", "x" * 37, "S06"),
     ("version", "", "S04"), ("version", "1" * 11, "S05"), ("other", "x", "S17")],
)  # fmt: skip
def test_the_attributes_of_the_root(attribute: str, value: str | None, rule: str) -> None:
    root = build("CEB411Message", smallest)
    if value is None:
        del root.attrib[attribute]
    else:
        root.set(attribute, value)
    (found,) = read(xml(root)).problems
    assert (found.rule_id, found.path) == (rule, f"@{attribute}")


def test_both_profiles_refuse_messages_of_2016_and_name_what_is_missing() -> None:
    root = build("CEB311Message", lambda f: None if f.name in ("buyerTelephone", "gmodel") else smallest(f))
    for profile in Profile:
        assert [(p.rule_id, p.path) for p in read(xml(root), profile).problems] == [
            ("S01", "Order[1]/OrderHead/buyerTelephone"),
            ("S01", "Order[1]/OrderList[1]/gmodel"),
        ]


@pytest.mark.parametrize(
    ("name", "official", "written"),
    [
        ("CEB511Message", "consignee", "consingee"),
        ("CEB311Message", "consigneeDistrict", "consigneeDitrict"),
        ("CEB311Message", "gmodel", "gModel"),
        ("CEB625Message", "InvtRefund", "InvtRefound"),
        ("CEB625Message", "InvtRefundHead", "InvtRefoundHead"),
        ("CEB625Message", "InvtRefundList", "InvtRefoundList"),
        ("CEB411Message", "payTime", "paytime"),
    ],
)
def test_misprinted_names_are_refused_with_the_official_name(name: str, official: str, written: str) -> None:
    root = build(name, lambda f: "x" * 6 if f.name == "consigneeDistrict" else smallest(f))
    next(root.iter(tag(official))).tag = tag(written)
    for profile in Profile:
        (found,) = read(xml(root), profile).problems
        assert (found.rule_id, found.found, found.expected) == ("S19", written, official)
        assert official in found.text_zh
        assert official in found.text_en


def order_with_empty_options() -> etree._Element:
    return build("CEB621Message", lambda f: smallest(f) if f.mandatory else "")


def test_empty_optional_elements_are_refused_strictly_and_left_out_leniently() -> None:
    raw = xml(order_with_empty_options())
    strict = read(raw)
    # Fixed lengths and numbers refuse to be empty; texts from 0 characters do not.
    assert {p.path.rsplit("/")[-1] for p in strict.problems} >= {"wrapType", "qty2", "unit2"}
    assert strict.warnings == ()
    lenient = read(raw, Profile.LENIENT)
    assert lenient.problems == ()
    assert {w.rule_id for w in lenient.warnings} == {"L01"}
    spec = messages()["CEB621Message"]
    assert (
        len(lenient.warnings) == sum(not f.mandatory for e in spec.entities for f in e.fields) + 1
    )  # BaseTransfer/note
    empty = build("CEB621Message", smallest)
    assert lenient.message == read(xml(empty)).message


def test_a_mandatory_empty_element_is_refused_by_both_profiles() -> None:
    root = build("CEB411Message", smallest)
    next(root.iter(tag("payCode"))).text = None
    for profile in Profile:
        assert rules(read(xml(root), profile)) == ["S04"]


def test_the_lenient_profile_lets_a_missing_signature_pass_where_the_server_allows_it() -> None:
    raw = xml(build("CEB621Message", smallest, signed=False))
    lenient = read(raw, Profile.LENIENT)
    assert [w.rule_id for w in lenient.warnings] == ["L02"]
    assert lenient.problems == ()
    assert rules(read(raw, Profile.LENIENT, Limits(unsigned=False))) == ["S14"]


def test_the_lenient_profile_takes_item_numbers_of_thirty_characters_in_an_inventory() -> None:
    def item_no(length: int) -> bytes:
        return xml(build("CEB621Message", lambda f: "x" * length if f.name == "itemNo" else smallest(f)))

    assert rules(read(item_no(20))) == []
    assert rules(read(item_no(21))) == ["S05"]
    lenient = read(item_no(30), Profile.LENIENT)
    assert lenient.problems == ()
    assert [(w.rule_id, w.path, w.expected) for w in lenient.warnings] == [
        ("L03", "Inventory[1]/InventoryList[1]/itemNo", "30")
    ]
    assert rules(read(item_no(31), Profile.LENIENT)) == ["S05"]


@pytest.mark.parametrize("name", NAMES)
def test_the_lenient_profile_gives_what_the_strict_one_gives(name: str) -> None:
    value = samples.drawn(random.Random(name))
    for _ in range(5):

        def filled(field: FieldSpec) -> str | None:
            text = value(field)
            return text or None if not field.mandatory else text

        raw = xml(build(name, filled, records=1, lines=2))
        assert read(raw, Profile.LENIENT).message == read(raw).message


def test_text_and_elements_in_an_extension() -> None:
    root = build("CEB311Message", smallest, extended=True)
    inside = next(root.iter(tag("Message")))
    etree.SubElement(inside, "second")
    assert [(p.rule_id, p.path) for p in read(xml(root)).problems] == [("S12", "ExtendMessage/Message")]
    for child in list(inside):
        inside.remove(child)
    assert rules(read(xml(root))) == []
    inside.text = "plain"
    assert rules(read(xml(root))) == ["S15"]


def test_every_text_of_every_rule_is_there_in_both_languages() -> None:
    from tongguan.ceb.rules import RULES, problem

    for rule in RULES:
        found = problem(rule, document="CEB311Message", name="qty", zh="数量", en="quantity", found="x", expected="5")
        assert isinstance(found, Problem)
        assert all((found.text_zh, found.text_en, found.fix_zh, found.fix_en))
        assert not any("{" in text for text in (found.text_zh, found.text_en, found.fix_zh, found.fix_en))
        assert found.text_en.isascii()
        assert any("\u4e00" <= c <= "\u9fff" for c in found.text_zh)

"""Every field of every message at its edges, and one violation of each kind for each field."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
import xmlschema
from lxml import etree

from tests.ceb import samples
from tests.ceb.samples import NAMES, largest, smallest, tag, xml
from tongguan.ceb.problem import Problem
from tongguan.ceb.read import read
from tongguan.ceb.schema import validator
from tongguan.ceb.table import FieldSpec, Kind, common, messages


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [smallest, largest])
def test_the_smallest_and_the_largest_values_pass(
    name: str, value: samples.Value, second_opinion: xmlschema.XMLSchema
) -> None:
    root = samples.build(name, value)
    assert second_opinion.is_valid(root)
    reading = read(xml(root))
    assert reading.problems == ()
    assert reading.message_type == name
    assert len(reading.records) == 1


FIELDS = [
    pytest.param(name, entity.name, field, id=f"{name[:6]}-{entity.name}-{field.name}")
    for name in NAMES
    for entity in (*messages()[name].entities, *(common().values() if name == "CEB311Message" else ()))
    for field in entity.fields
    if field.kind is not Kind.ANY
]


def wrong_values(field: FieldSpec) -> Iterator[tuple[str, str]]:
    """Values just past each edge of one field, each with the rule that must name it."""
    if field.fixed:
        yield "143", "S10"
        yield "14", "S10"
        return
    if field.kind is Kind.DECIMAL:
        yield from [("", "S07"), ("1e3", "S07"), ("一", "S07"), ("1.123456", "S09"), ("9" * 20, "S08")]
        yield "123456789012345.12345", "S08"
        return
    if field.kind is Kind.WHOLE:
        yield from [("", "S07"), ("1.0", "S07"), ("x", "S07")]
        yield ("1000000000", "S08") if field.total_digits else ("2147483648", "S18")
        yield ("-1000000000", "S08") if field.total_digits else ("-2147483649", "S18")
        return
    if field.min_len == field.max_len and field.min_len:
        yield from [("x" * (field.min_len - 1), "S06"), ("x" * (field.min_len + 1), "S06")]
        return
    if field.min_len:
        yield "x" * (field.min_len - 1), "S04"
    if field.max_len is not None:
        yield "文" * (field.max_len + 1), "S05"


@pytest.mark.parametrize(("name", "entity", "field"), FIELDS)
def test_each_way_to_break_a_field_is_refused_and_named(name: str, entity: str, field: FieldSpec) -> None:
    def full(spec: FieldSpec) -> str | None:
        return largest(spec) if spec == field else smallest(spec) or ("" if spec.min_len == 0 else None)

    def told(root: etree._Element) -> list[tuple[str, str]]:
        return [(p.rule_id, p.path.rsplit("/", 1)[-1]) for p in read(xml(root)).problems]

    def build() -> tuple[etree._Element, etree._Element]:
        root = samples.build(name, full, subscribers=1, extended=True)
        return root, next(e for e in root.iter(tag(field.name)) if etree.QName(e.getparent()).localname == entity)

    assert told(build()[0]) == []
    for text, rule in wrong_values(field):
        root, element = build()
        element.text = text
        assert told(root) == [(rule, field.name)], text
    root, element = build()
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)
    assert told(root) == ([("S01", field.name)] if field.mandatory else [])
    parent.append(element)
    if [c.tag for c in parent] != sorted_tags(name, parent):
        ((rule, where),) = told(root)
        # Of two neighbours that changed places either may be the one out of order.
        neighbour = etree.QName(parent[-2]).localname
        assert (rule, where) in [("S03", field.name), ("S03", neighbour)]
    root, element = build()
    element.addnext(etree.fromstring(etree.tostring(element, with_tail=False)))
    assert told(root) == [("S11", field.name)]
    root, element = build()
    etree.SubElement(element, tag("inner"))
    assert told(root) == [("S16", field.name)]
    root, element = build()
    element.set("own", "x")
    assert told(root) == [("S17", "@own")]
    root, element = build()
    element.tag = tag("nobodyKnows")
    assert sorted(told(root)) == sorted([("S02", "nobodyKnows")] + ([("S01", field.name)] if field.mandatory else []))


def sorted_tags(name: str, parent: etree._Element) -> list[str]:
    local = etree.QName(parent).localname
    entities = (*messages()[name].entities, *common().values())
    order = [tag(f.name) for f in next(e for e in entities if e.name == local).fields]
    return sorted((c.tag for c in parent), key=order.index)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("faults", [1, 2, 3, 5, 7])
def test_k_planted_faults_in_a_record_give_k_problems(name: str, faults: int) -> None:
    rng = random.Random(f"{name}{faults}")
    for _ in range(5):
        root = samples.build(name, lambda f: largest(f), lines=1)
        fields = {f.name: f for e in messages()[name].entities for f in e.fields}
        record = next(iter(root))
        leaves = [e for e in record.iter(tag("*")) if len(e) == 0]
        planted = rng.sample(leaves, min(faults, len(leaves)))
        expected = []
        for element in planted:
            field = fields[etree.QName(element).localname]
            values = list(wrong_values(field))
            if values and rng.random() < 0.7:
                element.text, rule = rng.choice(values)
            else:
                element.set("own", "x")
                rule = "S17"
            expected.append(rule)
        problems = read(xml(root)).problems
        assert sorted(p.rule_id for p in problems) == sorted(expected)
        assert len({(p.path, p.rule_id) for p in problems}) == len(planted)


def test_the_schema_refuses_over_long_and_under_filled_values_in_the_numbers_the_reference_counts() -> None:
    """The figures of the 202205 schema: 336 elements in the messages, of 19 messages; each left out alone."""
    places = [(n, e, f) for n in NAMES for e in messages()[n].entities for f in e.fields]
    assert len(places) == 336
    for name, entity, field in places:
        root = samples.build(name, largest)
        element = next(e for e in root.iter(tag(field.name)) if etree.QName(e.getparent()).localname == entity.name)
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)
        assert validator().validate(root) == (not field.mandatory), (name, field.name)


ORDER_LINE = "Order[1]/OrderList[1]/"


@pytest.mark.parametrize(
    ("element", "text", "rules"),
    [
        pytest.param("qty", " 1 ", [], id="blanks around a number are dropped"),
        pytest.param("qty", "-1", [], id="the schema lets negative amounts pass"),
        pytest.param("qty", "+1.", [], id="a plus and a bare point are decimal"),
        pytest.param("qty", ".5", [], id="no digit before the point is needed"),
        pytest.param("qty", "1.1234500", [], id="zeros past the fifth decimal do not count"),
        pytest.param("qty", "1.123456", ["S09"], id="a sixth decimal counts"),
        pytest.param("qty", "0000000000000000000000000001", [], id="leading zeros do not count"),
        pytest.param("qty", "123456789012345678901.123456", ["S09", "S08"], id="two faults of one value are both told"),
        pytest.param("currency", "", [], id="an empty currency takes the fixed value"),
        pytest.param("currency", " 142", ["S10"], id="text keeps its blanks"),
        pytest.param("country", "   ", [], id="three blanks are three characters"),
        pytest.param("unit", "\U00020000\U00020001\U00020002", [], id="length counts characters, not bytes"),
        pytest.param("itemName", " ", [], id="one blank fills a mandatory text"),
        pytest.param("gnum", "+07\n", [], id="an xs:int may have sign, zeros and blanks"),
        pytest.param("gnum", "9" * 5000, ["S18"], id="five thousand digits are no trouble"),
    ],
)
def test_lexical_forms(element: str, text: str, rules: list[str], second_opinion: xmlschema.XMLSchema) -> None:
    root = samples.build("CEB311Message", smallest)
    line = next(root.iter(tag("OrderList")))
    next(line.iter(tag(element))).text = text
    problems = read(xml(root)).problems
    assert [(p.rule_id, p.path) for p in problems] == [(rule, ORDER_LINE + element) for rule in rules]
    if len(text) < 4000:
        assert second_opinion.is_valid(root) == (not rules)


def test_problems_name_the_element_in_both_languages_with_found_and_expected() -> None:
    root = samples.build("CEB311Message", smallest, lines=3)
    next(list(root.iter(tag("OrderList")))[2].iter(tag("itemName"))).text = "长" * 251
    (found,) = read(xml(root)).problems
    assert found == Problem(
        rule_id="S05",
        document="CEB311Message",
        path="Order[1]/OrderList[3]/itemName",
        text_zh="企业商品名称（itemName）过长：至多 250 个字符",
        text_en="itemName (goods name on the platform) is too long: at most 250 characters",
        fix_zh="请缩短 itemName",
        fix_en="shorten itemName",
        found="长" * 251,
        expected="250",
    )

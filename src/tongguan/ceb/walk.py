"""Every problem of an element tree, by the field tables.

libxml2 falls silent after the first fault among the children of one element; this walk does not. It is used when the
schema says no, and for the lenient profile. Without a finding the tree is valid: the two agree on every message.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Final

import msgspec
from lxml import etree

from tongguan.ceb import values
from tongguan.ceb.problem import Problem
from tongguan.ceb.profile import Profile
from tongguan.ceb.rules import problem
from tongguan.ceb.slots import SIGNATURE, Slot, message_slots
from tongguan.ceb.table import NAMESPACE, ROOT_ATTRIBUTES, FieldSpec, Kind, MessageSpec, common, messages, typos

_XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
_LOCATIONS: Final = {f"{_XSI}schemaLocation", f"{_XSI}noNamespaceSchemaLocation"}


class Walk(msgspec.Struct, frozen=True):
    """One walk over one message; ``unsigned`` lets a missing signature pass in the lenient profile."""

    spec: MessageSpec
    profile: Profile = Profile.STRICT
    unsigned: bool = True

    def findings(self, root: etree._Element) -> Iterator[Problem]:
        """Problems, and warnings (rule ids that begin with L), in the order of the document where there is one."""
        yield from self._root_attributes(root)
        yield from self._sequence(root, message_slots(self.spec.name), "", self.spec)

    def _root_attributes(self, root: etree._Element) -> Iterator[Problem]:
        for name, (least, most) in ROOT_ATTRIBUTES.items():
            text = root.get(name)
            if text is None:
                yield self._problem("S13", f"@{name}", name)
            else:
                for rule, expected in values.length_faults(text, least, most):
                    yield self._problem(rule, f"@{name}", name, found=text, expected=expected)
        yield from self._attributes(root, "", ROOT_ATTRIBUTES.keys())

    def _attributes(self, element: etree._Element, path: str, allowed: Iterable[str] = ()) -> Iterator[Problem]:
        if not element.attrib:
            return
        for name in map(str, element.attrib):
            if name not in allowed and name not in _LOCATIONS and not _same_type(element, name):
                yield self._problem("S17", f"{path}@{_shown(name)}", _shown(name))

    def _signature_attributes(self, element: etree._Element) -> Iterator[Problem]:
        """A signature may hold anything; only the two attributes by which XML Schema itself is steered do not fit."""
        for name in (f"{_XSI}nil", f"{_XSI}type"):
            if name in element.attrib:
                yield self._problem("S17", f"Signature/@{_shown(name)}", _shown(name))

    def _sequence(
        self, parent: etree._Element, slots: tuple[Slot, ...], path: str, title: MessageSpec | Slot
    ) -> Iterator[Problem]:
        """The children of one element against their places, then what is inside each."""
        if _stray_text(parent):
            yield self._problem("S15", path.rstrip("/"), title.name, title.zh, title.en)
        children = [child for child in parent if isinstance(child.tag, str)]
        places = {slot.tag: i for i, slot in enumerate(slots)}
        present = {child.tag for child in children}
        known: list[tuple[int, etree._Element]] = []
        for child in children:
            place = places.get(child.tag)
            if place is None:
                place = _meant(child, slots, present)
                if place is None:
                    yield self._foreign(child, path)
                    continue
                yield self._misspelt(child, slots[place], path)
            known.append((place, child))
        count = Counter(place for place, _ in known)
        for place, slot in enumerate(slots):
            if count[place] < slot.least:
                yield self._missing(slot, path)
            elif slot.most is not None and slot.most > 1 and count[place] > slot.most:
                yield self._too_many(slot, path, count[place])
        yield from self._placed(known, slots, count, path)

    def _placed(
        self, known: list[tuple[int, etree._Element]], slots: tuple[Slot, ...], count: Counter[int], path: str
    ) -> Iterator[Problem]:
        """Children that have a place: too often, out of order, or right; the right ones are looked into."""
        astray = _out_of_order([place for place, _ in known])
        extras = _extras(known, slots, count, astray)
        number: Counter[int] = Counter()
        for i, (place, child) in enumerate(known):
            slot = slots[place]
            number[place] += 1
            here = f"{path}{slot.name}" + (f"[{number[place]}]" if slot.numbered else "")
            if i in extras:
                yield self._problem("S11", here, slot.name, slot.zh, slot.en)
                continue
            if i in astray:
                yield self._problem("S03", here, slot.name, slot.zh, slot.en)
            if slot.field is not None:
                yield from self._field(child, slot, slot.field, here)
            elif slot.slots is None:
                yield from self._signature_attributes(child)
            else:
                yield from self._attributes(child, f"{here}/")
                yield from self._sequence(child, slot.slots, f"{here}/", slot)

    def _field(self, element: etree._Element, slot: Slot, field: FieldSpec, path: str) -> Iterator[Problem]:
        yield from self._attributes(element, f"{path}/")
        if field.kind is Kind.ANY:
            yield from self._any(element, slot, path)
            return
        if any(isinstance(child.tag, str) for child in element):
            yield self._problem("S16", path, slot.name, slot.zh, slot.en)
            return
        text = (element.text or "") + "".join(child.tail or "" for child in element)
        lenient = self.profile is Profile.LENIENT
        if lenient and counts_as_absent(field, text):
            yield self._problem("L01", path, slot.name, slot.zh, slot.en)
            return
        for rule, expected in values.faults(field, text):
            wider = field.lenient_max_len
            if lenient and rule == "S05" and wider is not None and len(text) <= wider:
                rule, expected = "L03", str(wider)
            yield self._problem(rule, path, slot.name, slot.zh, slot.en, found=text, expected=expected)

    def _any(self, element: etree._Element, slot: Slot, path: str) -> Iterator[Problem]:
        """The extension's Message: at most one element of any kind, no text beside it."""
        if _stray_text(element):
            yield self._problem("S15", path, slot.name, slot.zh, slot.en)
        inside = sum(isinstance(child.tag, str) for child in element)
        if inside > 1:
            yield self._problem("S12", path, slot.name, slot.zh, slot.en, found=str(inside), expected="1")

    def _missing(self, slot: Slot, path: str) -> Problem:
        if slot.tag != SIGNATURE:
            return self._problem("S01", path + slot.name, slot.name, slot.zh, slot.en)
        allowed = self.profile is Profile.LENIENT and self.unsigned
        return self._problem("L02" if allowed else "S14", slot.name, slot.name)

    def _too_many(self, slot: Slot, path: str, count: int) -> Problem:
        return self._problem(
            "S12", path + slot.name, slot.name, slot.zh, slot.en, found=str(count), expected=str(slot.most)
        )

    def _foreign(self, child: etree._Element, path: str) -> Problem:
        name = etree.QName(child)
        shown = name.localname if name.namespace == NAMESPACE else name.text
        return self._problem("S02", path + name.localname, shown, found=shown)

    def _misspelt(self, child: etree._Element, slot: Slot, path: str) -> Problem:
        written = etree.QName(child).localname
        return self._problem("S19", path + written, written, found=written, expected=slot.name)

    def _problem(
        self, rule: str, path: str, name: str, zh: str = "", en: str = "", *, found: str = "", expected: str = ""
    ) -> Problem:
        return problem(
            rule, document=self.spec.name, path=path, name=name, zh=zh, en=en, found=found, expected=expected
        )


def counts_as_absent(field: FieldSpec, text: str) -> bool:
    """Whether an optional element counts as left out in the lenient profile: no text, or but blanks for a number."""
    return not field.mandatory and not (text if field.kind is Kind.TEXT else text.strip(values.BLANKS))


def _stray_text(parent: etree._Element) -> bool:
    texts = [parent.text, *(child.tail for child in parent)]
    return any(text and text.strip(values.BLANKS) for text in texts)


def _meant(child: etree._Element, slots: Sequence[Slot], present: set[str]) -> int | None:
    """The place a misspelt element was meant for: a known misprint, or another case of letters; only if it is free."""
    name = etree.QName(child)
    if name.namespace != NAMESPACE:
        return None
    official = typos().get(name.localname, name.localname).lower()
    for place, slot in enumerate(slots):
        if slot.name.lower() == official and slot.tag not in present and slot.tag != SIGNATURE:
            return place
    return None


def _out_of_order(places: list[int]) -> set[int]:
    """Indexes of the fewest entries whose removal leaves a rising sequence."""
    if all(a <= b for a, b in pairwise(places)):
        return set()
    ends: list[int] = []  # the least last place of a rising run of each length
    last: list[int] = []  # the index of that entry
    before: list[int] = []
    for i, place in enumerate(places):
        at = bisect_right(ends, place)
        before.append(last[at - 1] if at else -1)
        if at == len(ends):
            ends.append(place)
            last.append(i)
        else:
            ends[at], last[at] = place, i
    kept = set()
    i = last[-1]
    while i >= 0:
        kept.add(i)
        i = before[i]
    return set(range(len(places))) - kept


def _extras(
    known: list[tuple[int, etree._Element]], slots: Sequence[Slot], count: Mapping[int, int], astray: set[int]
) -> set[int]:
    """Indexes of children beyond a place that takes one: first those out of order, then the later ones."""
    extras: set[int] = set()
    for place in (p for p, slot in enumerate(slots) if slot.most == 1 and count[p] > 1):
        of = [i for i, (p, _) in enumerate(known) if p == place]
        of.sort(key=lambda i: (i in astray, i))
        extras.update(of[1:])
    return extras


def _same_type(element: etree._Element, attribute: str) -> bool:
    """Whether the attribute is an ``xsi:type`` that only repeats the declared type, which the schema lets pass."""
    if attribute != f"{_XSI}type":
        return False
    written = (element.get(attribute) or "").strip(values.BLANKS)
    prefix, _, local = written.rpartition(":")
    namespace = element.nsmap.get(prefix or None)
    name = f"{{{namespace}}}{local}"
    return name in _named_types().get(str(element.tag), ())


@cache
def _named_types() -> Mapping[str, tuple[str, ...]]:
    """Tags whose official type has a name (all other types are anonymous, so no xsi:type can fit)."""
    plain = [f for m in messages().values() for e in m.entities for f in e.fields]
    whole = {f.name for f in plain if f.kind is Kind.WHOLE and f.total_digits is None}
    found = {f"{{{NAMESPACE}}}{name}": ("{http://www.w3.org/2001/XMLSchema}int",) for name in whole}
    extension = {f.name for f in common()["ExtendMessage"].fields if f.kind is Kind.ANY}
    return found | {f"{{{NAMESPACE}}}{name}": (f"{{{NAMESPACE}}}XMLElement",) for name in extension}


def _shown(name: str) -> str:
    return f"xsi:{name.removeprefix(_XSI)}" if name.startswith(_XSI) else name

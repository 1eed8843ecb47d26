"""The way in: bytes of one message to typed records, or to every problem they have."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from typing import Final

import msgspec
from lxml import etree

from tongguan.ceb import decode
from tongguan.ceb.limits import Limits
from tongguan.ceb.problem import Problem
from tongguan.ceb.profile import Profile
from tongguan.ceb.rules import problem
from tongguan.ceb.schema import validator
from tongguan.ceb.source import UNKNOWN, load
from tongguan.ceb.table import NAMESPACE, MessageSpec, messages
from tongguan.ceb.walk import Walk

__all__ = ["Limits", "Profile", "Reading", "read"]

_XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of one message.

    ``message_type`` is e.g. ``CEB311Message``, or ``Unknown`` for a foreign root or unreadable bytes. ``message`` is
    the typed struct and None exactly when there are ``problems``; ``records`` are its business records. ``warnings``
    are what the lenient profile let through. ``root`` is the tree as sent, for the signature (None if unreadable).
    """

    message_type: str
    message: msgspec.Struct | None
    records: tuple[msgspec.Struct, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    root: etree._Element | None


_STANDARD: Final = Limits()
_DECLARED: Final = (b"<?xml", b"\xef\xbb\xbf<?xml")
_has_empty: Final = etree.XPath(f"boolean(//*[not(node())][namespace-uri() = '{NAMESPACE}'])")


def read(raw: bytes, profile: Profile = Profile.STRICT, limits: Limits = _STANDARD) -> Reading:
    """Read one bare message (for a DxpMsg open the envelope first). Any bytes give a Reading; nothing is raised.

    1. bytes to a tree, within the limits; 2. the schema says yes or no; 3. on no, the walk lists every problem (or,
    in the lenient profile, only warnings); 4. otherwise the tree becomes structs.
    """
    root = load(raw, limits)
    if isinstance(root, Problem):
        return _refused(UNKNOWN, (root,), None)
    tag = root.tag
    spec = messages().get(tag[len(NAMESPACE) + 2 :]) if tag.startswith(f"{{{NAMESPACE}}}") else None
    if spec is None:
        return _refused(UNKNOWN, (problem("W11", document=UNKNOWN, found=tag),), root)
    tree = _plain(root) if _adorned(raw) else root
    lenient = profile is Profile.LENIENT
    if excess := tuple(_over_limits(tree, spec, limits)):
        return _refused(spec.name, excess, root)
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    valid = validator().validate(tree)
    if not valid or (lenient and _has_empty(tree)):
        findings = _walk(tree, spec, profile, limits)
        warnings = tuple(f for f in findings if f.rule_id.startswith("L"))
        if not valid:
            problems = tuple(f for f in findings if not f.rule_id.startswith("L"))
            if not findings:
                problems = (_unexplained(spec),)
    if problems:
        return _refused(spec.name, problems, root, warnings)
    message = decode.message(tree, spec.name, lenient=lenient)
    return Reading(spec.name, message, getattr(message, spec.group), (), warnings, root)


def _refused(
    message_type: str, problems: tuple[Problem, ...], root: etree._Element | None, warnings: tuple[Problem, ...] = ()
) -> Reading:
    return Reading(message_type, None, (), problems, warnings, root)


def _adorned(raw: bytes) -> bool:
    """Whether there may be comments, instructions or schema hints, none of which belong to the content.

    Looks at bytes, since this is cheap: rare single characters first, the longer marks only if there are some. Every
    encoding we take writes these in ASCII. A wrong yes only costs time.
    """
    declared = 2 if raw.startswith(_DECLARED) else 0
    return (
        (b"!" in raw and b"<!--" in raw)
        or (raw.count(b"?") > declared and raw.find(b"<?", 5) >= 0)
        or b"schemaLocation" in raw
    )


def _plain(root: etree._Element) -> etree._Element:
    """A copy without comments, instructions and schema hints. The hints go because libxml2 would follow them."""
    copy = deepcopy(root)
    etree.strip_tags(copy, etree.Comment, etree.ProcessingInstruction)
    for element in copy.iter():
        for name in (f"{_XSI}schemaLocation", f"{_XSI}noNamespaceSchemaLocation"):
            element.attrib.pop(name, "")
    return copy


def _over_limits(root: etree._Element, spec: MessageSpec, limits: Limits) -> Iterator[Problem]:
    """Our own bounds where the schema has none: records of a message, lines of a record."""
    if spec.most is None and len(root) > limits.records_max:
        expected = str(limits.records_max)
        yield problem("W07", document=spec.name, path=spec.group, found=str(len(root)), expected=expected)
    for entity in spec.entities if spec.grouped else ():
        if entity.most is not None:
            continue
        for number, record in enumerate(root.iterchildren(f"{{{NAMESPACE}}}{spec.group}"), 1):
            count = sum(1 for _ in record.iterchildren(f"{{{NAMESPACE}}}{entity.name}"))
            if count > limits.lines_max:
                yield problem(
                    "W06",
                    document=spec.name,
                    path=f"{spec.group}[{number}]/{entity.name}",
                    name=entity.name,
                    zh=entity.zh,
                    en=entity.en,
                    found=str(count),
                    expected=str(limits.lines_max),
                )


def _walk(root: etree._Element, spec: MessageSpec, profile: Profile, limits: Limits) -> list[Problem]:
    walk = Walk(spec, profile, limits.unsigned)
    findings = list(islice(walk.findings(root), limits.problems_max + 1))
    if len(findings) > limits.problems_max:
        findings[-1] = problem("W08", document=spec.name, expected=str(limits.problems_max))
    return findings


def _unexplained(spec: MessageSpec) -> Problem:
    """The schema said no and the walk knows nothing: its own words then, rather than a silent yes."""
    return problem("S90", document=spec.name, found=str(validator().error_log))

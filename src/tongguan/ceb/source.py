"""Bytes to an element tree: encoding, well-formedness and the limits, before anybody asks what the message means."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from lxml import etree

from tongguan.ceb.limits import Limits
from tongguan.ceb.problem import Problem
from tongguan.ceb.rules import problem

UNKNOWN: Final = "Unknown"
"""The message type of what could not be told (as CEB900 writes it)."""
_ACCEPTED: Final = "UTF-8, GB18030 (GBK, GB2312)"
_UTF8_NAMES: Final = {"utf-8", "utf8", "us-ascii", "ascii"}
_GB_NAMES: Final = {"gb18030", "gbk", "gb2312", "gb_2312-80", "cp936"}
_UTF8_MARK: Final = b"\xef\xbb\xbf"
_FOREIGN_MARKS: Final = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff", b"<\x00", b"\x00<")
_DECLARATION: Final = re.compile(rb"<\?xml\s[^>]{0,200}?\?>")
_ENCODING: Final = re.compile(rb"""\sencoding\s*=\s*["']([^"']*)["']""")
_PROLOG: Final = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_DOCTYPE: Final = re.compile(rb"<!DOCTYPE([^\[>]*)")

# libxml2 (xmlerror.h): undeclared entity as error and warning; unsupported, unknown, invalid encoding, bad conversion.
_ENTITY_CODES: Final = {26, 27}
_ENCODING_CODES: Final = {31, 32, 81, 6003}


def load(raw: bytes, limits: Limits) -> etree._Element | Problem:
    """The root element of ``raw``, or the one limit or rule of XML that it breaks. Never raises on any bytes.

    Reads UTF-8 with or without byte order mark, and GB18030, GBK or GB2312 where the XML declaration says so.
    """
    if len(raw) > limits.bytes_max:
        return problem("W01", document=UNKNOWN, found=str(len(raw)), expected=str(limits.bytes_max))
    text = to_utf8(raw)
    if isinstance(text, Problem):
        return text
    if len(text) > limits.bytes_max:
        return problem("W01", document=UNKNOWN, found=str(len(text)), expected=str(limits.bytes_max))
    # Elements cost far more memory than the bytes that make them: 32 MiB of <a/> would take gigabytes.
    if len(text) > limits.tags_max and (tags := text.count(b"<")) > limits.tags_max:
        return problem("W12", document=UNKNOWN, found=str(tags), expected=str(limits.tags_max))
    if b"<!DOCTYPE" in text and (at := doctype(text)):
        return at
    try:
        root = etree.fromstring(text, _parser())
    except etree.XMLSyntaxError as error:
        return _syntax(error, limits)
    if _deeper(limits.depth_max)(root):
        return problem("W05", document=UNKNOWN, expected=str(limits.depth_max))
    return root


def to_utf8(raw: bytes) -> bytes | Problem:
    """``raw`` in UTF-8 without byte order mark. What was transcoded loses its XML declaration, no longer true."""
    marked = raw.startswith(_UTF8_MARK)
    if marked:
        raw = raw[3:]
    elif raw.startswith(_FOREIGN_MARKS):
        return problem("W10", document=UNKNOWN, found="UTF-16/UTF-32", expected=_ACCEPTED)
    elif raw.startswith(b"\x84\x31\x95\x33"):  # the byte order mark as GB18030 writes it
        raw = raw[4:]
    declaration = _DECLARATION.match(raw)
    named = _ENCODING.search(declaration[0]) if declaration else None
    if declaration is None or named is None:
        return raw
    encoding = named[1].decode("ascii", "replace").lower()
    if encoding in _UTF8_NAMES:
        return raw
    if encoding not in _GB_NAMES or marked:
        return problem("W10", document=UNKNOWN, found=encoding[:40], expected=_ACCEPTED)
    try:
        # GB18030 holds GBK and GB2312 whole, and clients that declare the smaller sets use its characters.
        return raw[declaration.end() :].decode("gb18030").encode("utf-8")
    except UnicodeError:
        return problem("W10", document=UNKNOWN, found=encoding, expected=_ACCEPTED)


def doctype(text: bytes) -> Problem | None:
    """A document type declaration in the prolog; the same letters inside a comment or CDATA are mere text."""
    prolog = _PROLOG.match(text)
    found = _DOCTYPE.match(text, prolog.end() if prolog else 0)
    if found is None:
        return None
    outside = re.search(rb"\b(SYSTEM|PUBLIC)\b", found[1])
    return problem("W03" if outside else "W02", document=UNKNOWN, found=found[0].decode("utf-8", "replace")[:200])


def body_start(text: bytes) -> int:
    """Where the prolog (declaration, comments, instructions) ends and the root element should begin."""
    found = _PROLOG.match(text)
    return found.end() if found else 0


@cache
def _parser() -> etree.XMLParser:
    # huge_tree lifts libxml2's own 10 MB bound on one text, which the Data of a full envelope passes; our bound on the
    # bytes came first, and without a document type there is nothing that could grow.
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=True,
        remove_blank_text=False,
        remove_comments=False,
        remove_pis=False,
        strip_cdata=True,
        collect_ids=False,
        recover=False,
    )


@cache
def _deeper(depth: int) -> etree.XPath:
    return etree.XPath(f"boolean({'/*' * (depth + 1)})")


def _syntax(error: etree.XMLSyntaxError, limits: Limits) -> Problem:
    text, code = error.msg, getattr(error, "code", 0)
    if "Excessive depth" in text:
        return problem("W05", document=UNKNOWN, expected=str(limits.depth_max))
    if code in _ENTITY_CODES:
        return problem("W04", document=UNKNOWN, found=text)
    if code in _ENCODING_CODES:
        return problem("W10", document=UNKNOWN, found=text, expected=_ACCEPTED)
    return problem("W09", document=UNKNOWN, found=text)

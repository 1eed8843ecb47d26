"""The canonical forms that are digested and signed. The tree comes back as it was."""

from __future__ import annotations

from typing import Any

from lxml import etree

Element = Any


def canonical(node: Element, *, comments: bool = False) -> bytes:
    """Canonical XML 1.0 (inclusive) of a node with what it inherits. Raises C14NError for relative name spaces."""
    return etree.tostring(node, method="c14n", exclusive=False, with_comments=comments, with_tail=False)


def without(signature: Element, *, comments: bool = False) -> bytes:
    """Canonical form of the document without its Signature, which is put back before this returns.

    The text behind the Signature belongs to the document: lxml would take it away too, so it is moved before.
    """
    root, tail, before = signature.getparent(), signature.tail, signature.getprevious()
    place = root.index(signature)
    kept = root.text if before is None else before.tail
    moved = (kept or "") + (tail or "") or None
    if before is None:
        root.text = moved
    else:
        before.tail = moved
    signature.tail = None
    root.remove(signature)
    try:
        return canonical(root, comments=comments)
    finally:
        root.insert(place, signature)
        if before is None:
            root.text = kept
        else:
            before.tail = kept
        signature.tail = tail


def has_comments(root: Element) -> bool:
    """Whether canonical forms with and without comments differ."""
    return (
        next(root.iter(etree.Comment), None) is not None
        or next(root.itersiblings(etree.Comment), None) is not None
        or next(root.itersiblings(etree.Comment, preceding=True), None) is not None
    )

"""The field tables seen as places: which children an element takes, in which order and how often."""

from __future__ import annotations

from functools import cache
from typing import Final

import msgspec

from tongguan.ceb.table import DS_NAMESPACE, NAMESPACE, EntitySpec, FieldSpec, common, messages

SIGNATURE: Final = f"{{{DS_NAMESPACE}}}Signature"
"""The tag of the signature, the one place that takes any content."""


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """A place in a sequence: either a field, a sequence of further slots, or (neither) anything at all.

    ``numbered`` says whether a path writes the position, as in ``Order[3]``; ``most`` None means without bound.
    """

    tag: str
    name: str
    zh: str
    en: str
    least: int
    most: int | None
    numbered: bool
    field: FieldSpec | None = None
    slots: tuple[Slot, ...] | None = None


@cache
def message_slots(message: str) -> tuple[Slot, ...]:
    """The places under the root of one message type."""
    spec = messages()[message]
    inner = tuple(_entity_slot(e, numbered=e.most != 1 or not spec.grouped) for e in spec.entities)
    if spec.grouped:
        inner = (
            Slot(
                tag=f"{{{NAMESPACE}}}{spec.group}",
                name=spec.group,
                zh=spec.zh,
                en=spec.en,
                least=spec.least,
                most=spec.most,
                numbered=True,
                slots=inner,
            ),
        )
    if spec.blocks:
        inner += tuple(_entity_slot(e, numbered=e.most != 1) for e in common().values())
    if spec.signature != "none":
        signature = Slot(
            tag=SIGNATURE,
            name="Signature",
            zh="电子签名",
            en="signature",
            least=int(spec.signature == "required"),
            most=1,
            numbered=False,
        )
        inner += (signature,)
    return inner


def _entity_slot(spec: EntitySpec, *, numbered: bool) -> Slot:
    return Slot(
        tag=f"{{{NAMESPACE}}}{spec.name}",
        name=spec.name,
        zh=spec.zh,
        en=spec.en,
        least=spec.least,
        most=spec.most,
        numbered=numbered,
        slots=tuple(
            Slot(
                tag=f"{{{NAMESPACE}}}{f.name}",
                name=f.name,
                zh=f.zh,
                en=f.en,
                least=int(f.mandatory),
                most=1,
                numbered=False,
                field=f,
            )
            for f in spec.fields
        ),
    )

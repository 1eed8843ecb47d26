"""``POST /commands``: what a person tells the house to do with a case, in the name that the token stands for.

Nothing is decided here: the engine judges the command when it comes to it, and ``GET /commands/{id}`` tells what came
of it.
An approver cannot be named over this door, where nobody could prove to be one: a detention that is told here is a
proposal, which another officer approves under his or her own token.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec

from tongguan.clearance.handling import Scope
from tongguan.clearance.officers import pauses
from tongguan.clearance.officers.commanded import ACTIONS, FILERS_ACTIONS
from tongguan.gateway.answer import Answer, ProblemForm, encode_json, problem_form, refuse
from tongguan.gateway.door import TokenParty
from tongguan.store.casework import QueueRow
from tongguan.store.reading import FilingView

BODY_BYTES_MAX = 1 << 14
Give = Callable[..., str]
"""``store.commands.put_command`` with its store: action, actor, fields; gives the command's id."""

Word = Annotated[str, msgspec.Meta(max_length=60)]


class ScopeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a pause is for; all that is given must fit, nothing at all is everything."""

    office: Word = ""
    lane: Word = ""
    goods: Word = ""
    origin: Word = ""
    party: Word = ""


class CommandBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A command. ``key`` names the document as filed: (agentCode, copNo) of an inventory or a request, (entDutyNo) of a
    payment bill, (id) of a pause that ends; a new pause has none. ``version`` is the one seen, 0 = any.
    """

    action: Word
    kind: Literal["inventory", "cancellation", "goods_return", "payment_bill", "pause"] = "inventory"
    key: Annotated[
        tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=60)], ...], msgspec.Meta(max_length=2)
    ] = ()
    reason: Annotated[str, msgspec.Meta(max_length=800)] = ""
    version: Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)] = 0
    day: date | None = None
    document_no: Word = ""
    deadline: date | None = None
    hold: Word = ""
    choice: Word = ""
    scope: ScopeBody | None = None


class CommandTaken(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The command is kept and will be decided; ask under its id what became of it."""

    command_id: str


class CommandForm(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What became of a command. ``state``: waiting or decided; ``outcome``: what was done, or refused with why."""

    command_id: str
    action: str
    actor: str
    state: str
    received_at: datetime
    outcome: str = ""
    status: str = ""
    problems: list[ProblemForm] = []


class QueueItem(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A document that waits for a person: why (holds, questions, requests), at whose office, who has it."""

    kind: str
    key: tuple[str, ...]
    case_id: str
    ebp_code: str
    order_no: str
    status: str
    version: int
    office: str
    officer: str
    agencies: tuple[str, ...]
    why: tuple[str, ...]
    since: datetime
    until: datetime | None


class QueuePage(msgspec.Struct, frozen=True, kw_only=True):
    """The oldest documents that wait; ``more`` says that there are others."""

    items: list[QueueItem]
    more: bool


def command_answer(body: bytes, party: TokenParty, give: Give) -> Answer:
    """The answer to one body; the command is on disk when it is 202."""
    actor = party.officer_id if party.kind == "officer" else party.party_code if party.kind == "filer" else ""
    if not actor:
        wanted = "officer with an officer id, or filer"
        return refuse("A25", path="Authorization", found=party.kind, expected=wanted)
    try:
        command = msgspec.json.decode(body, type=CommandBody)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as bad:
        return refuse("A26", path="body", found=str(bad)[:200])
    allowed = FILERS_ACTIONS if party.kind == "filer" else frozenset(ACTIONS) - FILERS_ACTIONS
    if command.action not in allowed:
        return refuse("A25", path="action", found=command.action, expected=" ".join(sorted(allowed)))
    if command.action == "pause" and command.scope is None:  # everything is asked for by name: with {}
        return refuse("A26", path="scope", expected="{office, lane, goods, origin, party}, {} = all")
    if not command.key and command.action != "pause":
        return refuse("A26", path="key")
    command_id = give(command.action, actor, **_fields(command))
    return Answer(202, encode_json(CommandTaken(command_id=command_id)))


def _fields(command: CommandBody) -> dict[str, Any]:
    fields = {name: getattr(command, name) for name in command.__struct_fields__ if name not in ("action", "scope")}
    if command.scope is not None:
        fields["scope"] = Scope(*(getattr(command.scope, name) for name in Scope.__struct_fields__))
    if command.action == "pause":
        fields |= {"kind": pauses.KIND, "key": ()}
    return fields


def command_form(view: FilingView) -> CommandForm:
    """A command as its reader sees it; values that name a person are masked."""
    record = view.records[0] if view.records else None
    return CommandForm(
        command_id=view.filing_id,
        action=view.message_type,
        actor=view.sender,
        state=record.state if record else "waiting",
        received_at=view.received_at,
        outcome=record.outcome if record else "",
        status=record.status if record else "",
        problems=[problem_form(problem) for problem in record.problems] if record else [],
    )


def queue_page(rows: list[QueueRow], asked: int) -> QueuePage:
    """The rows as JSON; ``rows`` may be one more than was asked for."""
    items = [QueueItem(**{name: getattr(row, name) for name in QueueItem.__struct_fields__}) for row in rows[:asked]]
    return QueuePage(items=items, more=len(rows) > asked)

"""What officers do: why it is not done (C01 …), what the filer is told (C-…), and the answer that names an entry."""

from __future__ import annotations

from typing import NamedTuple

from tongguan.clearance.model import Commanded, Decision, Document
from tongguan.clearance.rule import KINDS, REQUESTS, Rule

_DECIDED_ON = ("inventory", *REQUESTS)

STALE = Rule(
    id="C01", stage="officer", documents=_DECIDED_ON, fields=("version",),
    zh="单证在您查看之后已有变化，操作未执行", en="the document has changed since you saw it; nothing was done",
    fix_zh="刷新后核对现状再操作", fix_en="load it again, look, then act", source="ours", confidence="high",
)  # fmt: skip
WRONG_STATE = Rule(
    id="C02", stage="officer", documents=("inventory",), fields=("status",),
    zh="单证的状态不允许该操作", en="the state of the document does not allow this",
    fix_zh="见关员指南中每个操作适用的状态：例如只有本部门正在扣住的清单可放行，已入库未放行的清单可退单",
    fix_en="see in the guide for officers when each action works: release while your agency holds the inventory, reject"
    " from acceptance to release",
    source="ours", confidence="high",
)  # fmt: skip
NO_REASON = Rule(
    id="C03", stage="officer", documents=_DECIDED_ON, fields=("reason",),
    zh="该操作须写明理由或内容", en="this needs a reason, or the words that it is about",
    fix_zh="填写理由", fix_en="give the reason", source="ours", confidence="high",
)  # fmt: skip
ABSENT = Rule(
    id="C04", stage="officer", documents=KINDS, fields=("key",),
    zh="没有这份清单", en="there is no such inventory",
    fix_zh="核对申报企业代码和企业内部编号", fix_en="check agentCode and copNo", source="ours", confidence="high",
)  # fmt: skip


def _refusal(rule_id: str, field: str, zh: str, en: str, fix_zh: str, fix_en: str) -> Rule:
    return Rule(
        id=rule_id, stage="officer", documents=_DECIDED_ON, fields=(field,), zh=zh, en=en, fix_zh=fix_zh, fix_en=fix_en,
        source="ours", confidence="high",
    )  # fmt: skip


NOT_REGISTERED = _refusal(
    "C05", "actor", "操作人不是已登记、在职的关员", "who acts is not a registered officer in office",
    "由运营方在 officers.csv 中登记该关员", "have the operator register the officer in officers.csv",
)  # fmt: skip
WRONG_ROLE = _refusal(
    "C06", "actor", "该关员没有办理此项操作的职责", "the officer has not the role for this",
    "由有相应职责的关员办理", "let an officer with that role do it",
)  # fmt: skip
WRONG_AGENCY = _refusal(
    "C07", "hold", "该操作属于其他部门", "this belongs to another agency",
    "由相应部门的关员办理", "let an officer of that agency do it",
)  # fmt: skip
WRONG_OFFICE = _refusal(
    "C08", "customsCode", "单证不属于该关员所在的关区", "the document is not of the officer's office",
    "由申报地海关的关员办理", "let an officer of the office named in the document do it",
)  # fmt: skip
CONFLICT = _refusal(
    "C09", "actor", "该关员与案件当事企业有利害关系，应当回避", "the officer has a conflict of interest with a party of the case",
    "用 withdraw 回避，由另一关员办理", "withdraw from it; another officer will have it",
)  # fmt: skip
OTHERS = _refusal(
    "C10", "actor", "案件由另一关员办理，或尚未领取", "another officer has the case, or nobody has taken it yet",
    "未分派的案件先用 take 领取；由他人办理的，请其用 hand-over 移交",
    "take a case that nobody has; ask the officer who has it to hand it over",
)  # fmt: skip
APPROVER = _refusal(
    "C11", "approver", "须由同部门、职级更高、负责批准的另一人批准",
    "another person of the same agency, of higher rank and with the role of approval has to approve this",
    "由符合条件的关员批准", "let such an officer approve it",
)  # fmt: skip
NO_DOCUMENT = _refusal(
    "C12", "documentNo", "扣留须填写法律文书编号", "a detention needs the number of its document",
    "填写扣留决定书的编号", "give the number of the decision on detention",
)  # fmt: skip
DEADLINE = _refusal(
    "C13", "deadline", "答复期限须填写，且不早于今天", "the question needs a last day for the answer, today or later",
    "填写答复期限", "give the last day",
)  # fmt: skip
CHOICE = _refusal(
    "C14", "choice", "不是可选的取值", "not one of the values that may stand here",
    "使用所列的取值之一", "use one of those listed",
)  # fmt: skip
NO_HOLD = _refusal(
    "C15", "hold", "没有本部门可解除的这种布控", "no hold of this kind is open that your agency may lift",
    "核对布控种类；担保、运抵和暂停由相应条件解除", "check the kind; guarantee, arrival and pauses end by what they wait for",
)  # fmt: skip
NOT_FILER = _refusal(
    "C16", "actor", "只有该单证的责任企业可以答复或申请复核", "only the company that answers for the document may do this",
    "由申报企业或电商企业办理", "let the declarant or the merchant do it",
)  # fmt: skip
SECOND_PERSON = _refusal(
    "C17", "actor", "须由另一人办理", "this takes another person",
    "由设置暂停或作出退单以外的关员办理", "let somebody else do it than who set the pause, or rejected",
)  # fmt: skip
NO_PAUSE = _refusal(
    "C18", "key", "没有以此为编号的生效暂停", "no pause with this id is open",
    "用 tongguan officer pauses 查看生效的暂停", "see the open ones with `tongguan officer pauses`",
)  # fmt: skip
SCOPE = _refusal(
    "C19", "scope", "暂停范围的取值不对", "a value of the pause's scope is not right",
    "关区和商品用数字前缀，原产地用国别代码，通道用生效的编号", "office and goods take leading digits, origin a country"
    " code, lane an id that is in force",
)  # fmt: skip


def _told(rule_id: str, field: str, zh: str, en: str, fix_zh: str, fix_en: str) -> Rule:
    return Rule(
        id=rule_id, stage="officer", documents=("inventory",), fields=(field,), zh=zh, en=en, fix_zh=fix_zh,
        fix_en=fix_en, source="ours; statuses of specification 202205 ch. 4 and of real receipts", confidence="medium",
    )  # fmt: skip


RETURNED = Rule(
    id="C-REJECT", stage="officer", documents=("inventory",), fields=("reason",),
    zh="人工退单", en="returned by an officer",
    fix_zh="按退单理由更正后，以较晚的报送时间重新申报", fix_en="correct what the reason says and file again with a later appTime",
    source="production receipt", confidence="high", codes={"inventory": "1300"},
)  # fmt: skip
ASKED = _told(
    "C-ASK", "reason", "海关询问，请在期限前答复", "customs asks; answer before the last day",
    "以申报方令牌发送指令 answer", "send the command answer under a filer's token",
)  # fmt: skip
ANSWERED = _told(
    "C-ANSWER", "reason", "答复已收到", "the answer has come", "等待关员处理", "wait for the officer",
)  # fmt: skip
UNANSWERED = _told(
    "C-UNANSWERED", "reason", "答复期限已过，海关将按现有资料处理", "the time for the answer is over; customs decides without it",
    "等待关员处理", "wait for the officer",
)  # fmt: skip
EXAMINED = _told(
    "C-EXAMINE", "reason", "关员布控查验", "an officer orders an examination", "配合查验", "present the goods",
)  # fmt: skip
SUSPENDED = _told(
    "C-SUSPEND", "reason", "关员挂起", "suspended by an officer", "按所述理由补正或答复", "mend what the reason says, or answer",
)  # fmt: skip
DETAINED = _told(
    "C-DETAIN", "documentNo", "扣留", "detained", "按决定书办理；可依法寻求救济", "see the decision; there are legal remedies",
)  # fmt: skip
SHIPPED_BACK = _told(
    "C-SHIP-BACK", "reason", "退运", "shipped back", "不再放行；可依法寻求救济", "it will not be released; there are legal remedies",
)  # fmt: skip
REVIEW_ASKED = _told(
    "C-REVIEW-ASKED", "reason", "复核申请已收到", "the request for a review has come",
    "等待另一名关员复核", "wait for another officer's review",
)  # fmt: skip
CONFIRMED = _told(
    "C-CONFIRMED", "choice", "经复核维持退单", "the rejection was confirmed on review",
    "可依法寻求救济，或更正后重新申报", "there are legal remedies; or correct it and file again",
)  # fmt: skip
REVERSED = _told(
    "C-REVERSED", "choice", "经复核撤销退单，可立即重新申报", "the rejection was reversed on review: file again at once",
    "以较晚的报送时间重新申报", "file it again with a later appTime",
)  # fmt: skip

RULES = (
    STALE, WRONG_STATE, NO_REASON, ABSENT, NOT_REGISTERED, WRONG_ROLE, WRONG_AGENCY, WRONG_OFFICE, CONFLICT, OTHERS,
    APPROVER, NO_DOCUMENT, DEADLINE, CHOICE, NO_HOLD, NOT_FILER, SECOND_PERSON, NO_PAUSE, SCOPE, RETURNED, ASKED,
    ANSWERED, UNANSWERED, EXAMINED, SUSPENDED, DETAINED, SHIPPED_BACK, REVIEW_ASKED, CONFIRMED, REVERSED,
)  # fmt: skip


class Refusal(NamedTuple):
    """Why an action is not done: the rule, what was found and what was expected."""

    rule: Rule
    found: str = ""
    expected: str = ""


def not_done(document: Document | None, rule: Rule, event: Commanded, found: str, expected: str = "") -> Decision:
    """Nothing was done: the rule that says why, with what was found."""
    problem = rule.problem(event.kind, event.action, found=found, expected=expected)
    return Decision(outcome="refused", status=document.status if document else "", problems=(problem,))

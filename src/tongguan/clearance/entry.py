"""D19, D20: who filed this, with which certificate, and may the companies that are named do what they are named for.

The door checked bytes; here stand the questions that the registry of the day answers.
"""

from __future__ import annotations

from typing import Any

from tongguan.ceb.problem import Problem
from tongguan.clearance.model import Facts, RecordFiled
from tongguan.clearance.record import SHAPES, element_path, head_of, may_file, parties_of
from tongguan.clearance.rule import ALL_KINDS, Rule

_BAD_SIGNATURE = {
    "order": "-301020",
    "inventory": "-621029",
    "cancellation": "-623029",
    "goods_return": "-625208",
}
_MUST_BE_SIGNED = ("inventory", "cancellation", "goods_return", "entry_list")

SIGNATURE = Rule(
    id="D20-SIGN",
    stage="arrival",
    documents=ALL_KINDS,
    fields=("Signature",),
    zh="验签失败",
    en="the signature check failed",
    fix_zh="按电子签名说明重新加签后再次申报；tongguan signature explain 可指出失败的步骤",
    fix_en="sign again as the page on signatures says and file again; `tongguan signature explain` names the step",
    source="specification 202205 ch. 6 and 7; field codes",
    confidence="high",
    codes=_BAD_SIGNATURE,
)

CERTIFICATE = Rule(
    id="D20-CERT",
    stage="arrival",
    documents=ALL_KINDS,
    fields=("Signature/KeyInfo",),
    zh="签名证书未登记、不在有效期、已吊销或不属于申报企业",
    en="the signing certificate is not registered, not in force, revoked, or not the filer's",
    fix_zh="使用申报企业在有效期内并已登记的证书签名；证书有变动时请运营方更新登记",
    fix_en="sign with a registered certificate of the filer that is in force; have the operator register a new one",
    source="specification 202205 ch. 6 and 7; field codes",
    confidence="high",
    codes=_BAD_SIGNATURE,
)

CARD = Rule(
    id="D20-CARD",
    stage="arrival",
    documents=ALL_KINDS,
    fields=("BaseTransfer.copCode", "BaseTransfer.dxpId"),
    zh="传输企业代码、报文传输编号与接入方登记不一致",
    en="the transmitting company or its exchange id is not the one registered for this access",
    fix_zh="BaseTransfer 中填写本企业的代码和本企业的传输编号",
    fix_en="put your own company code and your own exchange id into BaseTransfer",
    source="specification 202205, BaseTransfer; ch. 7",
    confidence="high",
    codes={"inventory": "-621015", "cancellation": "-623021", "goods_return": "-625020"},
)

PERMISSION = Rule(
    id="D20-FILER",
    stage="arrival",
    documents=ALL_KINDS,
    fields=("BaseTransfer.copCode",),
    zh="申报方没有权限进行操作：不是该单证载明的责任企业",
    en="the filer has no permission: it is not the company that answers for this document",
    fix_zh="订单由电商平台、电商企业或受委托的物流企业申报，支付单由支付企业、运单及其状态由物流企业、"
    "清单及其撤销和退货申请由电商企业或申报企业、入库明细单由监管场所经营人申报",
    fix_en="orders come from the platform, the merchant or a courier; payments from the payment company; waybills and "
    "their status from the logistics company; inventories, cancellations and goods returns from the merchant or the "
    "declarant; entry lists from the operator of the site",
    source="specification 202205, notes of the schema; ch. 7",
    confidence="high",
    codes={"inventory": "-621016", "cancellation": "-623026", "goods_return": "-625021"},
)

UNKNOWN_COMPANY = Rule(
    id="D19-CODE",
    stage="arrival",
    documents=ALL_KINDS,
    fields=("ebpCode", "ebcCode", "payCode", "logisticsCode", "agentCode", "areaCode", "operatorCode"),
    zh="无效企业代码：企业未备案或备案不在有效期",
    en="company code not valid: the company is not registered, or not on this day",
    fix_zh="核对企业代码；确实未备案的，先办理备案",
    fix_en="check the company code; a company that is not registered has to be first",
    source="specification 202205 ch. 7",
    confidence="high",
    codes={kind: "-10102" for kind in ALL_KINDS},
)

WRONG_ROLE = Rule(
    id="D19-ROLE",
    stage="arrival",
    documents=ALL_KINDS,
    fields=UNKNOWN_COMPANY.fields,
    zh="无效企业类型：企业未按该角色备案",
    en="company type not valid: the company is not registered for this role",
    fix_zh="改填按该角色备案的企业，或由该企业补充备案",
    fix_en="name a company registered for the role, or have the company register it",
    source="specification 202205 ch. 7",
    confidence="high",
    codes={kind: "-10101" for kind in ALL_KINDS},
)

RULES = (CARD, PERMISSION, SIGNATURE, CERTIFICATE, UNKNOWN_COMPANY, WRONG_ROLE)


def entry_problems(event: RecordFiled, facts: Facts) -> tuple[Problem, ...]:
    """What the registry says against this filing; the first failing step only, since the later ones rest on it."""
    head = head_of(event.kind, event.record)
    return (
        _card(event, facts)
        or _signature(event, facts)
        or _permission(event, head, facts)
        or _companies(event, head, facts)
    )


def _card(event: RecordFiled, facts: Facts) -> tuple[Problem, ...]:
    sender, (cop_code, dxp_id) = facts.sender, event.transfer
    if sender is None or dxp_id != event.sender:
        return (CARD.problem(event.kind, "BaseTransfer/dxpId", found=dxp_id, expected=event.sender if sender else ""),)
    if cop_code != sender.code:
        return (CARD.problem(event.kind, "BaseTransfer/copCode", found=cop_code, expected=sender.code),)
    return ()


def _signature(event: RecordFiled, facts: Facts) -> tuple[Problem, ...]:
    verdict, kind = event.verdict, event.kind
    if not verdict.present and kind not in _MUST_BE_SIGNED:
        return ()  # the schema lets orders, payments, waybills and their status come unsigned
    if verdict.step != "ok":
        cause = verdict.problem
        return (SIGNATURE.problem(kind, "Signature", found=verdict.step, expected=cause.rule_id if cause else ""),)
    row, sender = facts.certificate, facts.sender
    at = facts.received_at or facts.now
    if row is None:
        fault = "not registered"
    elif sender is None or row.party_code != sender.code or (row.dxp_id and row.dxp_id != event.sender):
        fault = "another party's"
    elif row.revoked_at is not None and row.revoked_at <= at:
        fault = "revoked"
    elif not row.not_before <= at <= row.not_after:
        fault = "not in force"
    elif row.chain != "ok":
        fault = f"chain: {row.chain}"
    else:
        return ()
    return (CERTIFICATE.problem(kind, "Signature/KeyInfo", found=f"{verdict.number} {fault}".strip()),)


def _permission(event: RecordFiled, head: Any, facts: Facts) -> tuple[Problem, ...]:
    sender = facts.sender
    assert sender is not None, "a filing without a known sender was refused before"
    if sender.code in may_file(event.kind, head) or (event.kind == "order" and "logistics" in sender.roles):
        return ()
    return (PERMISSION.problem(event.kind, found=sender.code, expected=" ".join(may_file(event.kind, head))),)


def _companies(event: RecordFiled, head: Any, facts: Facts) -> tuple[Problem, ...]:
    problems = []
    for element, code, role in parties_of(event.kind, head):
        party = facts.party(code)
        if party is not None and role in party.roles:
            continue
        path = element_path(event.kind, event.record_no, SHAPES[event.kind].head, element)
        if party is None:
            problems.append(UNKNOWN_COMPANY.problem(event.kind, path, found=code))
        else:
            problems.append(WRONG_ROLE.problem(event.kind, path, found=code, expected=role))
    return tuple(problems)

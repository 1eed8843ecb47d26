"""``tongguan registry``: who may file what, and the tokens for the machines' door."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from tongguan.clearance import expiry
from tongguan.cli.house import give, in_force, opened, work_off
from tongguan.cli.show import fail, note, out, print_json, print_problem, print_table
from tongguan.cli.times import CHINA
from tongguan.gateway.tokens import BadToken, Kind, Tokens
from tongguan.law.snapshot import build_law
from tongguan.registry.marks import of_a_sandbox
from tongguan.registry.model import PartyRow
from tongguan.registry.snapshot import build_registry, pack_registry, registry_digest
from tongguan.registry.tables import RegistryTables, read_registry
from tongguan.store.doors import Doors
from tongguan.store.layout import Store

app = typer.Typer(no_args_is_help=True, help="Parties, certificates, tokens 登记：企业、证书、令牌")
Db = Annotated[str | None, typer.Option("--db", help="data folder 数据文件夹")]
AsJson = Annotated[bool, typer.Option("--json")]


def read_folder(folder: Path) -> RegistryTables:
    """The rows of a registry folder; every mistake in it is printed before the command ends."""
    if not folder.is_dir():
        fail(f"{folder} 不是文件夹", f"{folder} is not a folder")
    reading = read_registry(_files(folder))
    for problem in (*reading.problems, *reading.warnings):
        print_problem(problem)
    if reading.tables is None:
        fail(f"{folder} 未导入，请先改正以上问题", f"{folder} was not imported; mend the problems above first")
    return reading.tables


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.suffix in (".csv", ".pem")
    }


def refuse_sandbox_certificates(store: Store, folder: Path) -> None:
    """End the command when a production store would come to trust a certificate of a sandbox."""
    if not store.sandbox and (marked := of_a_sandbox(_files(folder))):
        named = ", ".join(marked)
        fail(
            f"{named} 是沙箱证书，生产数据文件夹不予导入；请换用生产证书，或用 --db 指明沙箱（sandbox-certificate）",
            f"{named}: a sandbox's certificate is not taken by a production data folder; use production certificates,"
            " or name a sandbox with --db (sandbox-certificate)",
        )


def packed_for(store: Store, tables: RegistryTables) -> bytes:
    """The snapshot of these rows for this store, the identity register sealed under its key."""
    return pack_registry(tables, store.keys.identity_key())


def bring_into_force(store: Store, tables: RegistryTables, actor: str) -> bool:
    """Make these rows the registry in force. False when they are so already: then nothing is done."""
    packed = packed_for(store, tables)
    if packed == in_force(store, "registry"):
        return False
    give(store, "registry", actor=actor, snapshot=packed)
    work_off(store)
    return True


def parties_in_force(store: Store) -> tuple[PartyRow, ...]:
    """The registered companies."""
    packed = in_force(store, "registry")
    return build_registry(packed).tables.parties if packed else ()


def token_for(store: Store, dxp_id: str) -> str:
    """A fresh token of the party with this exchange id, which is registered."""
    party = next(party for party in parties_in_force(store) if party.dxp_id == dxp_id)
    doors = Doors(store.doors_path)
    text = Tokens(doors).issue("filer", party_code=party.code, dxp_id=dxp_id)
    doors.close()
    return text


@app.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(help="folder as in docs/registry.md 文件夹，格式见 docs/registry.zh.md")],
    db: Db = None,
    actor: Annotated[str, typer.Option(help="who answers for it 责任人")] = "operator",
    as_json: AsJson = False,
) -> None:
    """Bring a registry folder into force in place of the one before. 导入登记文件夹并生效，替换此前的登记。"""
    tables, store = read_folder(folder), opened(db)
    refuse_sandbox_certificates(store, folder)
    bring_into_force(store, tables, actor)
    packed = packed_for(store, tables)
    digest, kept = registry_digest(packed), build_registry(packed).tables
    sums = {name: len(getattr(kept, name)) for name in kept.__struct_fields__ if name != "people"}
    if as_json:
        print_json({"digest": digest, **sums})
    else:
        counted = ", ".join(f"{name} {number}" for name, number in sums.items())
        note(f"登记已生效：{counted}；摘要 {digest[:16]}", f"registry in force: {counted}; digest {digest[:16]}")


@app.command("list")
def list_(db: Db = None, as_json: AsJson = False) -> None:
    """List the parties in force and the tokens. 列出已登记的企业与令牌。"""
    store = opened(db)
    parties = parties_in_force(store)
    doors = Doors(store.doors_path)
    tokens = Tokens(doors).list()
    doors.close()
    if as_json:
        print_json({"parties": parties, "tokens": tokens})
        return
    print_table(
        "",
        (("代码", "code"), ("名称", "name"), ("角色", "roles"), ("传输编号", "dxpId"), ("有效期", "valid")),
        ((p.code, p.name, " ".join(p.roles), p.dxp_id, f"{p.valid_from} – {p.valid_to or ''}") for p in parties),
    )
    print_table(
        "",
        (
            ("令牌", "token"),
            ("种类", "kind"),
            ("传输编号", "dxpId"),
            ("到期", "expires"),
            ("停用", "revoked"),
            ("最近使用", "last use"),
        ),
        ((t.token_id, t.kind, t.dxp_id, t.expires_at, t.revoked_at, t.used_at) for t in tokens),
    )


def _office_of(store: Store, officer_id: str) -> str:
    """The office of a registered officer, '' for no officer. Ends the command for one who is not registered today."""
    packed = in_force(store, "registry") if officer_id else None
    roster = build_registry(packed).roster if packed else None
    row = roster.officer(officer_id, datetime.now(CHINA).date()) if roster else None
    if officer_id and row is None:
        fail(f"关员 {officer_id} 未登记或不在职", f"the officer {officer_id} is not registered, or not in office today")
    return row.customs_code if row else ""


@app.command("expiring")
def expiring(
    days: Annotated[
        int | None, typer.Option(min=0, help="days ahead; else those of the law 未来天数，缺省按法规的设置")
    ] = None,
    db: Db = None,
    as_json: AsJson = False,
) -> None:
    """List registrations, certificates and guarantees that end soon and are not renewed. 列出即将到期且未续的登记。"""
    store = opened(db)
    registry, today = in_force(store, "registry"), datetime.now(CHINA).date()
    last = today + timedelta(days=_notice_days(store, today) if days is None else days)
    found = [
        {"code": code, "item": one.item, "name": one.name, "lastDay": one.last_day, "days": (one.last_day - today).days}
        for code, endings in (build_registry(registry).endings.items() if registry else ())
        for one in endings
        if today <= one.last_day <= last
    ]
    found.sort(key=lambda row: (row["lastDay"], row["code"], row["item"], row["name"]))
    if as_json:
        print_json({"until": last, "expiring": found})
        return
    titles = (("代码", "code"), ("种类", "item"), ("名称", "name"), ("末日", "last day"), ("剩余天数", "days left"))
    print_table("", titles, ([str(value) for value in row.values()] for row in found))
    note(f"至 {last} 到期 {len(found)} 项", f"{len(found)} end by {last}")


def _notice_days(store: Store, today: date) -> int:
    """How many days ahead parties are told, by the law of today. Ends the command where it does not say."""
    packed = in_force(store, "law")
    law = build_law(packed).at(today) if packed else None
    if law is None or not law.has_setting(expiry.SETTING):
        fail("法规未设 expiry_notice_days，请用 --days", "the law has no expiry_notice_days; give --days")
    return law.setting(expiry.SETTING).int


@app.command("token")
def token(
    dxp_id: Annotated[str, typer.Argument(help="exchange id of a filer 申报方传输编号")] = "",
    kind: Annotated[Kind, typer.Option(help="whose token 令牌种类")] = "filer",
    office: Annotated[str, typer.Option(help="office of an officer 关员所属机关")] = "",
    officer: Annotated[
        str, typer.Option(help="id of a registered officer, to give commands 关员编号，用于发出指令")
    ] = "",
    days: Annotated[int, typer.Option(help="days until it expires 有效天数")] = 365,
    revoke: Annotated[str, typer.Option(help="id of a token to end 要停用的令牌")] = "",
    db: Db = None,
    as_json: AsJson = False,
) -> None:
    """Issue a token (shown once) or revoke one. 签发令牌（只显示一次）或停用令牌。"""
    store = opened(db)
    doors = Doors(store.doors_path)
    tokens = Tokens(doors)
    try:
        if revoke:
            if not tokens.revoke(revoke):
                fail(f"没有可停用的令牌 {revoke}", f"there is no open token {revoke}")
            note(f"令牌 {revoke} 已停用", f"token {revoke} is revoked")
            return
        party = next((p for p in parties_in_force(store) if p.dxp_id == dxp_id), None) if dxp_id else None
        if kind == "filer" and party is None:
            fail(f"传输编号 {dxp_id or '（空）'} 未登记", f"the exchange id {dxp_id or '(empty)'} is not registered")
        text = tokens.issue(kind, party_code=party.code if party else "", dxp_id=dxp_id,
                            office=office or _office_of(store, officer), officer_id=officer, days=days)  # fmt: skip
    except BadToken as bad:
        fail(str(bad), str(bad))
    finally:
        doors.close()
    if as_json:
        print_json({"token": text})
    else:
        out.print(text, markup=False)

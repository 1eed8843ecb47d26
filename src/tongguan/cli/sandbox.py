"""``tongguan sandbox``: invented parties and signed filings with known faults."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from tongguan.cli import integrator
from tongguan.cli.house import exists, made, opened, store_dir
from tongguan.cli.registry import bring_into_force, read_folder, token_for
from tongguan.cli.show import err, fail, note, print_json, print_table, say
from tongguan.cli.times import read_time

app = typer.Typer(no_args_is_help=True, help="Invented parties and filings 沙箱：虚构企业与报文")
party_app = typer.Typer(no_args_is_help=True, help="One's own sandbox party 自己的沙箱企业")
app.add_typer(party_app, name="party")


@app.command("make")
def make(
    to: Annotated[Path, typer.Option("--out", help="folder to make 输出文件夹")],
    sets: Annotated[int, typer.Option(min=1, help="complete sets 套数")] = 20,
    seed: Annotated[int, typer.Option(help="equal seeds give equal papers 种子")] = 1,
    faults: Annotated[str, typer.Option(help="none, all, a share like 0.1, or names 故障")] = "none",
    records: Annotated[int, typer.Option(min=1, max=100, help="records a message 每份报文的单证数")] = 1,
    keys: Annotated[
        bool, typer.Option("--keys", help="write the companies' private keys too 同时写出企业私钥")
    ] = False,
    start: Annotated[str, typer.Option(help="time of the first filing; today if left out 首份申报时间")] = "",
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Make signed filings, their registry folder, and truth.csv with what must come out. 生成已签名报文与应得结果。"""
    from tongguan.sandbox.make import SandboxError
    from tongguan.sandbox.make import make as run

    moment = read_time(start) if start else datetime.now(UTC)
    try:
        with Progress(console=err, transient=True) as bar:
            task = bar.add_task(say("生成", "making"))
            made = run(
                sets, seed, faults, to, moment, records_per_message=records, keys=keys,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )  # fmt: skip
    except SandboxError as error:
        fail(error.zh, error.en)
    if as_json:
        print_json(made)
    else:
        note(
            f"{made.files} 份报文已写入 {to / 'filings'}；应得结果在 {to / 'truth.csv'}",
            f"{made.files} messages written to {to / 'filings'}; what must come out is in {to / 'truth.csv'}",
        )


@app.command("faults")
def faults_(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """List every fault that can be planted, by name. 列出可设置的全部故障。"""
    from tongguan.sandbox.faults import FAULTS

    if as_json:
        print_json([{"name": f.name, "area": f.area, "zh": f.zh, "en": f.en, "good": f.good} for f in FAULTS])
        return
    print_table(
        "",
        (("名称", "name"), ("类别", "area"), ("说明", "what it is")),
        ((fault.name, fault.area, say(fault.zh, fault.en)) for fault in FAULTS),
    )


app.command("ukey")(integrator.ukey)
app.command("platform")(integrator.platform)


@party_app.command("new")
def party_new(
    to: Annotated[Path, typer.Option("--out", help="folder to make or add to 要新建或添加的文件夹")],
    role: Annotated[str, typer.Option(help="roles, separated by | 角色")] = "merchant|declarant",
    name: Annotated[str, typer.Option(help="name 名称")] = "沙箱企业",
    algorithm: Annotated[str, typer.Option(help="SM2 or RSA")] = "SM2",
    db: Annotated[str | None, typer.Option("--db", help="sandbox store that shall know it 登记到此沙箱")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Make a party with its exchange id, certificate, key and token. 新建企业及其传输编号、证书、密钥与令牌。"""
    from tongguan.sandbox.party import PartyError
    from tongguan.sandbox.party import party_new as run

    try:
        party = run(to, name, tuple(role.split("|")), datetime.now(UTC), algorithm)
    except PartyError as error:
        fail(error.zh, error.en)
    token = _known_to(db, to / "registry", party.dxp_id) if db else ""
    if as_json:
        print_json({**{name: str(getattr(party, name)) for name in party.__struct_fields__}, "token": token})
        return
    rows = [
        ("dxpId", party.dxp_id),
        (say("企业代码", "code"), party.code),
        (say("证书编号", "certificate number"), party.number),
        (say("证书", "certificate"), party.certificate),
        (say("私钥", "private key"), party.key),
    ]
    if token:
        rows.append((say("令牌（只显示一次）", "token (shown once)"), token))
    print_table("", (("项目", "item"), ("值", "value")), rows)
    if not token:
        folder = to / "registry"
        note(
            f"接着运行 tongguan registry import {folder}，再用 tongguan registry token {party.dxp_id} 取得令牌",
            f"next: tongguan registry import {folder}, then tongguan registry token {party.dxp_id} for a token",
        )


def _known_to(db: str, registry: Path, dxp_id: str) -> str:
    """Bring the registry with the new party into force in a sandbox, made if need be; returns a token for the party."""
    store = opened(db, only_sandbox=True) if exists(db) else made(store_dir(db), sandbox=True)
    bring_into_force(store, read_folder(registry), "sandbox party new")
    return token_for(store, dxp_id)

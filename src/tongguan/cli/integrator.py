"""``tongguan sandbox ukey`` and ``platform``: what stands in for the hardware and for the shop of an integrator."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from tongguan.cli.show import fail, note, out, print_json, print_table, say

if TYPE_CHECKING:
    from tongguan.sandbox.ukey.card import Card

AsJson = Annotated[bool, typer.Option("--json")]


def ukey(
    key: Annotated[Path | None, typer.Option(help="private key, PEM; a throwaway pair if left out 私钥")] = None,
    certificate: Annotated[Path | None, typer.Option(help="its certificate, PEM 证书")] = None,
    algorithm: Annotated[str, typer.Option(help="SM2 or RSA, for a throwaway pair 一次性密钥的算法")] = "SM2",
    port: Annotated[int, typer.Option(help="port on 127.0.0.1; 0 lets the system choose 端口")] = 61232,
    password: Annotated[str, typer.Option(help="password of the card; that of all new cards if left out 卡密码")] = "",
    failure: Annotated[str, typer.Option("--fail", help="reader, silent or drop 故障")] = "",
    after: Annotated[int, typer.Option(min=0, help="requests answered well before it fails 先正常答复的次数")] = 0,
    times: Annotated[int, typer.Option(min=0, help="requests that fail then, 0 = all 随后失败的次数，0 为一直")] = 0,
    as_json: AsJson = False,
) -> None:
    """Serve a virtual hardware key: the e-port component's WebSocket with a test certificate. 虚拟电子口岸卡。"""
    from tongguan.sandbox.error import SandboxError
    from tongguan.sandbox.ukey.card import PASSWORD
    from tongguan.sandbox.ukey.failures import BY_NAME, Plan
    from tongguan.sandbox.ukey.server import run_key

    _check_failure(failure, BY_NAME)
    card = _card(key, certificate, algorithm)

    def ready(bound: int) -> None:
        url, number, algorithm = f"ws://127.0.0.1:{bound}", card.certificate.number, card.certificate.algorithm
        if as_json:
            print_json({"url": url, "certificate": number, "algorithm": algorithm})
            return
        out.print(
            say(
                f"虚拟卡在 {url}，证书 {number}（{algorithm}），Ctrl-C 结束",
                f"virtual key on {url}, certificate {number} ({algorithm}); Ctrl-C ends",
            ),
            markup=False,
        )

    try:
        run_key(
            card, password=password or PASSWORD, plan=Plan(BY_NAME.get(failure), after, times), port=port, ready=ready
        )
    except SandboxError as error:
        fail(error.zh, error.en)


def platform(
    filings: Annotated[
        Path, typer.Option(help="folder with the platform's orders and payments 订单与支付单所在文件夹")
    ],
    to: Annotated[str, typer.Option(help="address of customs, as http://127.0.0.1:8280 海关地址")],
    key: Annotated[Path | None, typer.Option(help="private key, PEM; a throwaway pair if left out 私钥")] = None,
    certificate: Annotated[Path | None, typer.Option(help="its certificate, PEM 证书")] = None,
    port: Annotated[int, typer.Option(help="port on 127.0.0.1; 0 lets the system choose 端口")] = 8290,
    failure: Annotated[str, typer.Option("--fail", help="how to fail; --fail list shows all 故障")] = "",
    delay: Annotated[int, typer.Option(min=0, help="seconds from the request to the upload 上传前的秒数")] = 0,
    as_json: AsJson = False,
) -> None:
    """Serve a platform that is asked for payment data and uploads them signed. 模拟电商平台，接受抓取并上传。"""
    from tongguan.sandbox.platform.failures import BY_NAME, FAILURES
    from tongguan.sandbox.platform.ledger import Ledger
    from tongguan.sandbox.platform.server import Platform, run_platform
    from tongguan.sandbox.ukey.card import throwaway

    if failure == "list":
        columns = (("名称", "name"), ("答复", "answer"), ("规则", "rule"), ("说明", "what it is"))
        rows = [(one.name, one.code or "-", one.rule, say(one.zh, one.en)) for one in FAILURES]
        if as_json:
            print_json([dict(zip(("name", "answer", "rule", "text"), row, strict=True)) for row in rows])
        else:
            print_table("", columns, rows)
        return
    _check_failure(failure, BY_NAME)
    if not filings.is_dir():
        fail(f"没有文件夹 {filings}", f"there is no folder {filings}")
    card = _card(key, certificate, "SM2")
    app = Platform(
        Ledger(filings), card, throwaway("SM2", datetime.now(UTC)), to, failure, delay,
        say=lambda said: out.print(msgspec.json.encode(said).decode(), markup=False),
    )  # fmt: skip

    def ready(bound: int) -> None:
        url = f"http://127.0.0.1:{bound}/platDataOpen"
        if as_json:
            print_json({"url": url, "certificate": card.certificate.number})
        else:
            note(f"平台在 {url}，Ctrl-C 结束", f"platform on {url}; Ctrl-C ends")

    try:
        run_platform(app, port, ready)
    except OSError as taken:
        fail(f"端口 {port} 不能使用：{taken.strerror}", f"the port {port} cannot be used: {taken.strerror}")


def _check_failure(failure: str, known: Collection[str]) -> None:
    if failure and failure not in known:
        fail(
            f"没有名为 {failure} 的故障；有：{'、'.join(known)}",
            f"there is no failure {failure}; there are: {', '.join(known)}",
        )


def _card(key: Path | None, certificate: Path | None, algorithm: str) -> Card:
    """The card with these files in it, or a throwaway one."""
    from tongguan.ceb.signature.parsed import CertificateError
    from tongguan.ceb.signature.sign import SigningError
    from tongguan.sandbox.ukey.card import Card, throwaway

    if (key is None) != (certificate is None):
        fail("私钥与证书须同时给出或同时省略", "give both key and certificate, or neither")
    if algorithm not in ("SM2", "RSA"):
        fail("算法应为 SM2 或 RSA", "the algorithm is SM2 or RSA")
    try:
        if key is not None and certificate is not None:
            return Card(key.read_bytes(), certificate.read_bytes())
        return throwaway(algorithm, datetime.now(UTC))
    except (SigningError, CertificateError) as why:
        fail(f"私钥或证书不能使用：{why}", f"key or certificate cannot be used: {why}")
    except OSError as why:
        fail(f"文件不能读取：{why.strerror}", f"a file cannot be read: {why.strerror}")

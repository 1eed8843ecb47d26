"""``tongguan schema``: the XML Schema of all messages, made from the field table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tongguan.ceb.schema import SIGNATURE_FILE, xsd
from tongguan.ceb.table import folder
from tongguan.cli.show import note, out


def schema(
    to: Annotated[
        Path | None,
        typer.Option("--out", help="file to write; signature.xsd goes beside it 写入的文件，旁边另写 signature.xsd"),
    ] = None,
) -> None:
    """Write the XML Schema of all messages. 输出全部报文的 XML Schema。"""
    if to is None:
        out.print(xsd().decode(), end="", markup=False)
        return
    beside = to.with_name(SIGNATURE_FILE)
    to.write_bytes(xsd())
    beside.write_bytes((folder() / SIGNATURE_FILE).read_bytes())
    note(f"已写入 {to} 与 {beside}", f"written to {to} and {beside}")

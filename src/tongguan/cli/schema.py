"""``tongguan schema``: the XML Schema of all messages, made from the field table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tongguan.ceb.schema import xsd
from tongguan.cli.show import note, out


def schema(
    to: Annotated[Path | None, typer.Option("--out", help="file to write 写入的文件")] = None,
) -> None:
    """Write the XML Schema of all messages. 输出全部报文的 XML Schema。"""
    if to is None:
        out.print(xsd().decode(), end="", markup=False)
        return
    to.write_bytes(xsd())
    note(f"已写入 {to}", f"written to {to}")

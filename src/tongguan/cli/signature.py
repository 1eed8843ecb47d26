"""``tongguan signature``: why does a signature not verify?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tongguan.cli.show import fail, language, out, print_json

app = typer.Typer(no_args_is_help=True, help="Signatures 签名")


@app.command("explain")
def explain(
    file: Annotated[Path, typer.Argument(help="a signed message 已签名的报文")],
    mine: Annotated[
        Path | None, typer.Option(help="your own canonical form, to compare 您的规范化结果，用于比对")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Take a signature apart step by step; nothing needs to be registered. 逐步说明签名，无需任何登记。"""
    from tongguan.ceb.signature import explain as explaining

    for path in filter(None, (file, mine)):
        if not path.is_file():
            fail(f"找不到文件 {path}", f"there is no file {path}")
    explanation = explaining.explain(file.read_bytes(), mine.read_bytes() if mine else None)
    if as_json:
        print_json(explanation)
    else:
        out.print(explanation.render(language()), markup=False)

"""The command line itself: which commands there are, and what is common to all of them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from tongguan import __version__
from tongguan.cli import (
    check,
    clear,
    demo,
    lawmaking,
    officer,
    operate,
    pull,
    reading,
    registry,
    retention,
    sandbox,
    schema,
    settings,
    shadow,
    signature,
    tax,
    upstream,
    watch,
)
from tongguan.cli.house import named_faults
from tongguan.cli.show import choose_language, out


class _Commands(TyperGroup):
    """Every command ends with a sentence, not a traceback, when the store is at fault."""

    def invoke(self, ctx: Any) -> Any:
        with named_faults():
            return super().invoke(ctx)


app = typer.Typer(
    name="tongguan",
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="通关 tongguan: one submission, one chain, one decision 一次申报、一条链、一个决定",
)
app.command("init")(operate.init)
app.command("serve")(operate.serve)
app.command("clear")(clear.clear)
app.command("watch")(watch.watch)
app.command("check")(check.check)
app.command("explain")(reading.explain)
app.command("receipts")(reading.receipts)
app.command("tax")(tax.tax)
app.command("replay")(operate.replay)
app.command("schema")(schema.schema)
app.command("demo")(demo.demo)
app.add_typer(registry.app, name="registry")
app.add_typer(officer.app, name="officer")
app.add_typer(pull.app, name="pull")
app.add_typer(signature.app, name="signature")
app.add_typer(sandbox.app, name="sandbox")
app.add_typer(lawmaking.app, name="law")
app.add_typer(retention.app, name="retention")
app.add_typer(upstream.app, name="upstream")
app.add_typer(shadow.app, name="shadow")
app.add_typer(settings.app, name="config")


def _version(wanted: bool) -> None:
    if wanted:
        out.print(__version__)
        raise typer.Exit


@app.callback()
def common(
    lang: Annotated[str, typer.Option("--lang", help="zh or en 语言", envvar="TONGGUAN_LANG")] = "",
    config: Annotated[Path | None, typer.Option("--config", help="settings file 设置文件")] = None,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
) -> None:
    """通关 tongguan."""
    choose_language(lang)
    settings.choose_file(config)


def main() -> None:
    """Entry point of ``tongguan`` and ``python -m tongguan``."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    app()

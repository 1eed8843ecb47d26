"""Runs ``serve`` over a sandbox store: folder, number of gateways, 1 or 0 for the engine. Prints the greeting."""

import sys
from functools import partial
from pathlib import Path

from tongguan.config import Settings
from tongguan.gateway.serve import serve
from tongguan.store.layout import open_store

if __name__ == "__main__":
    folder, processes, engine = sys.argv[1:]
    serve(
        Settings(),
        open_store(Path(folder), sandbox=True),
        port=0,
        processes=int(processes),
        with_engine=engine == "1",
        say=partial(print, flush=True),
    )

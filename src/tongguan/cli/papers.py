"""Messages to work on: files, folders and zip archives, in name order."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

from tongguan.cli.show import fail

MESSAGE_SUFFIXES = (".xml", ".dxp")


def papers(paths: list[Path], *, bytes_max: int) -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes) of each message. A folder is walked for ``*.xml``; one named ``registry`` is no message
    folder.

    ``bytes_max`` bounds what is taken out of one archive member: one byte more is enough to have it refused by name.
    """
    for path in paths:
        if path.is_dir():
            yield from _folder(path, bytes_max)
        elif path.is_file():
            yield from _file(path, path.name, bytes_max)
        else:
            fail(f"找不到 {path}", f"{path} is not there")


def count(paths: list[Path]) -> int:
    """How many messages ``papers`` will yield, without reading them."""
    total = 0
    for path in paths:
        for file in _members(path) if path.is_dir() else [path]:
            total += len(_archive_names(file)) if zipfile.is_zipfile(file) else 1
    return total


def _members(folder: Path) -> list[Path]:
    return sorted(
        file
        for file in folder.rglob("*")
        if file.is_file()
        and file.suffix.lower() in (*MESSAGE_SUFFIXES, ".zip")
        and "registry" not in file.relative_to(folder).parts[:-1]
    )


def _folder(folder: Path, bytes_max: int) -> Iterator[tuple[str, bytes]]:
    for file in _members(folder):
        yield from _file(file, str(file.relative_to(folder)), bytes_max)


def _file(file: Path, name: str, bytes_max: int) -> Iterator[tuple[str, bytes]]:
    if not zipfile.is_zipfile(file):
        yield name, file.read_bytes()
        return
    with zipfile.ZipFile(file) as archive:
        for member in _archive_names(file):
            with archive.open(member) as stream:
                yield f"{name}/{member}", stream.read(bytes_max + 1)


def _archive_names(file: Path) -> list[str]:
    with zipfile.ZipFile(file) as archive:
        return sorted(name for name in archive.namelist() if name.lower().endswith(MESSAGE_SUFFIXES))

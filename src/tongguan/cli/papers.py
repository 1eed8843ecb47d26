"""Messages to work on: files, folders and zip archives, in name order."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from tongguan.cli.show import fail, note

MESSAGE_SUFFIXES = (".xml", ".dxp")
ARCHIVE_SUFFIX = ".zip"
_UNPACKING = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, NotImplementedError)
"""What ``zipfile`` raises for damaged, encrypted and unknown members."""


def papers(paths: list[Path], *, bytes_max: int) -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes) of each message. A folder is walked for ``*.xml``; one named ``registry`` is no message
    folder.

    ``bytes_max`` is the bound on a message. No more than twice that and a byte is taken from a file or an archive's
    member: an envelope may be twice as long, and one byte more is enough to have it refused by name. An archive or
    member that cannot be unpacked comes as it is or empty, to be refused like any other message. No name comes twice.
    """
    seen: dict[str, int] = {}
    for name, raw in _all(paths, 2 * bytes_max + 1):
        seen[name] = seen.get(name, 0) + 1
        yield name if seen[name] == 1 else f"{name} ({seen[name]})", raw


def count(paths: list[Path]) -> int:
    """How many messages ``papers`` will yield, without reading them."""
    files = (file for path in paths for file in (_members(path) if path.is_dir() else [path]))
    return sum(1 if (names := _archive_names(file)) is None else len(names) for file in files)


def _all(paths: list[Path], most: int) -> Iterator[tuple[str, bytes]]:
    for path in paths:
        if path.is_dir():
            for file in _members(path):
                yield from _file(file, str(file.relative_to(path)), most)
        elif path.is_file():
            yield from _file(path, path.name, most)
        else:
            fail(f"找不到 {path}", f"{path} is not there")


def _members(folder: Path) -> list[Path]:
    return sorted(
        file
        for file in folder.rglob("*")
        if file.is_file()
        and file.suffix.lower() in (*MESSAGE_SUFFIXES, ARCHIVE_SUFFIX)
        and "registry" not in file.relative_to(folder).parts[:-1]
    )


def _file(file: Path, name: str, most: int) -> Iterator[tuple[str, bytes]]:
    members = _archive_names(file)
    if members is None:
        yield _printable(name), _head(file, most)
        return
    with zipfile.ZipFile(file) as archive:
        for member in members:
            yield _printable(f"{name}/{member}"), _unpacked(archive, member, most)


def _head(file: Path, most: int) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(most)
    except OSError as error:
        fail(f"无法读取 {file}：{error.strerror}", f"{file} cannot be read: {error.strerror}")


def _unpacked(archive: zipfile.ZipFile, member: str, most: int) -> bytes:
    try:
        with archive.open(member) as stream:
            return stream.read(most)
    except _UNPACKING as error:
        note(f"压缩包成员 {member} 无法解压：{error}", f"the archive's member {member} cannot be unpacked: {error}")
        return b""


def _archive_names(file: Path) -> list[str] | None:
    """The messages in an archive, in order; None for a file that is none, or too broken to list."""
    if file.suffix.lower() != ARCHIVE_SUFFIX:
        return None
    try:
        with zipfile.ZipFile(file) as archive:
            return sorted(name for name in archive.namelist() if name.lower().endswith(MESSAGE_SUFFIXES))
    except _UNPACKING:
        return None


def _printable(name: str) -> str:
    """A file name may hold bytes that are no UTF-8; JSON and terminals cannot."""
    return name.encode("utf-8", "backslashreplace").decode()

"""What is built for others holds every module and data file, the licence and the notice."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile

from tests.house.house import PACKAGE, ROOT


def test_the_wheel_holds_all_that_the_package_folder_holds(tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(PACKAGE, copy / "src" / "tongguan", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, copy)
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *options, "-w", str(tmp_path), str(copy)], check=True, timeout=300
    )
    (wheel,) = tmp_path.glob("tongguan-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    source = copy / "src"
    wanted = {p.relative_to(source).as_posix() for p in (source / "tongguan").rglob("*") if p.is_file()}
    assert wanted - packed == set()
    assert {name.rpartition("/")[2] for name in packed} >= {"LICENSE", "NOTICE"}

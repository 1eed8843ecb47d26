"""``python -m tongguan`` is the command ``tongguan``."""

from tongguan.cli import main

main()

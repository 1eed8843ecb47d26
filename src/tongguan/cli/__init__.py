"""The operator's door: every command, one module a group. It wires the rooms together and holds no rule of its own."""

from tongguan.cli.app import main

__all__ = ["main"]

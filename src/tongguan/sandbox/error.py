"""The one exception of the sandbox."""

from __future__ import annotations


class SandboxError(ValueError):
    """What was asked of the sandbox cannot be made: ``zh`` and ``en`` say why, and its text says both."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh, self.en = zh, en

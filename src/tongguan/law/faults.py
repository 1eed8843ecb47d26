"""What can be wrong with the law itself. These are faults of the operator's data, never of a filing."""

from __future__ import annotations

from datetime import date


class LawFault(Exception):
    """A law table is malformed. Names the table, the row's id (or its number from 1) and the column."""

    def __init__(self, table: str, row: str, column: str, *, zh: str, en: str) -> None:
        super().__init__(f"{table}[{row}].{column}: {zh} / {en}")
        self.table = table
        self.row = row
        self.column = column
        self.zh = zh
        self.en = en


class NoLaw(LookupError):
    """No row of the table is in force for the subject on that day."""

    def __init__(self, table: str, subject: str, day: date) -> None:
        self.table = table
        self.subject = subject
        self.day = day
        self.zh = f"{day.isoformat()} 当日 {table} 中没有 {subject} 的有效规定"
        self.en = f"{table} has no row in force for {subject} on {day.isoformat()}"
        super().__init__(f"{self.zh} / {self.en}")

"""Customs code tables as data, with look-ups: units, countries, offices, modes, goods codes, receipt codes."""

from tongguan.codes.catalogue import CodeTable, UnknownCode, UnknownTable, table, table_names

__all__ = ["CodeTable", "UnknownCode", "UnknownTable", "table", "table_names"]

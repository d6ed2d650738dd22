"""Tables in text files: CSV and TSV with a header, and JSON Lines."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from genonaut.content.rules import InvalidValueError
from genonaut.errors import UnreadableInputError
from genonaut.ingest.csv_dialect import dialect, with_decimal_points
from genonaut.ingest.csv_records import CsvRecord, csv_records
from genonaut.ingest.layouts import PROMPT_COLUMNS
from genonaut.ingest.records import Record, Reject, printable
from genonaut.ingest.text import TextFile
from genonaut.ingest.values import parse_json

_COLUMNS_SHOWN = 8


class CsvFile(TextFile):
    """A table with a header; its columns are separated by commas, semicolons, tabs or bars."""

    def __init__(self, path: Path, delimiter: str, encoding: str | None = None) -> None:
        """`delimiter` separates the columns, unless the first line shows another one."""
        super().__init__(path, encoding)
        self._delimiter = delimiter
        self._name = printable(path)

    def __iter__(self) -> Iterator[Record | Reject]:
        """Its rows; see `Source`."""
        delimiter, lines = dialect(self.lines(), self._delimiter, PROMPT_COLUMNS)
        records = csv_records(lines, delimiter)
        columns = self._columns(next(records, None))
        for record in records:
            if problem := self.problem(record.raw) or record.problem:
                yield Reject(self._name, record.line, problem, record.raw)
                continue
            fields = dict(zip(columns, record.values, strict=True))
            if delimiter == ";":
                fields = with_decimal_points(fields)
            yield Record(self._name, record.line, fields, record.raw)

    def _columns(self, header: CsvRecord | None) -> list[str]:
        if header is None:
            raise UnreadableInputError(_only_empty_lines(self._name))
        columns = [name.strip().lower() for name in header.values]
        if PROMPT_COLUMNS.isdisjoint(columns):
            raise UnreadableInputError(self._no_prompt_column(columns))
        twice = [name for name, times in Counter(columns).items() if name and times > 1]
        if twice:
            raise UnreadableInputError(
                f"{self._name} has two columns named {printable(twice[0])!r}: rename one of them."
            )
        return columns

    def _no_prompt_column(self, columns: list[str]) -> str:
        if self.looks_binary():
            return _binary(self._name)
        shown = ", ".join(ascii(name[:30]) for name in columns[:_COLUMNS_SHOWN])
        return (
            f"{self._name} has no column `prompt`: the first line should name the columns, "
            f"but names {shown or 'none'}."
        )


class JsonLinesFile(TextFile):
    """One JSON object on each line."""

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        super().__init__(path, encoding)
        self._name = printable(path)

    def __iter__(self) -> Iterator[Record | Reject]:
        """Its rows; see `Source`."""
        filled = ((n, line) for n, line in enumerate(self.lines(), 1) if line.strip())
        is_first = True
        for number, line in filled:
            if is_first:
                self._check_beginning(line)
            is_first = False
            yield self._row(number, line.rstrip("\r\n"))
        if is_first:
            raise UnreadableInputError(_only_empty_lines(self._name))

    def _check_beginning(self, line: str) -> None:
        if line.lstrip().startswith("{"):
            return
        if self.looks_binary():
            raise UnreadableInputError(_binary(self._name))
        if line.lstrip().startswith("["):
            raise UnreadableInputError(
                f"{self._name} is a JSON array: write one object per line (`jq -c '.[]'`)."
            )

    def _row(self, number: int, line: str) -> Record | Reject:
        if problem := self.problem(line):
            return Reject(self._name, number, problem, line)
        try:
            value = parse_json(line, "the line")
        except InvalidValueError as error:
            return Reject(self._name, number, str(error), line)
        if not isinstance(value, dict):
            return Reject(self._name, number, "the line is not a JSON object", line)
        fields = {str(name).strip().lower(): member for name, member in value.items()}
        return Record(self._name, number, fields, line)


def _only_empty_lines(name: str) -> str:
    return f"{name} contains only empty lines: check that it was written completely."


def _binary(name: str) -> str:
    return (
        f"{name} looks like a binary file, not like text: if it is UTF-16, "
        "use --encoding utf-16-le or utf-16-be."
    )

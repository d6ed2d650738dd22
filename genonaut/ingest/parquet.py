"""Parquet files, in which large collections come, such as DiffusionDB. They need pyarrow."""

import math
from collections.abc import Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from genonaut.errors import UnreadableInputError
from genonaut.ingest.layouts import PROMPT_COLUMNS
from genonaut.ingest.records import Record, Reject, printable

_ROWS_AT_ONCE = 1_000


class ParquetFile:
    """The rows of a Parquet file, but for columns of bytes, as pictures are. A `Source`."""

    def __init__(self, path: Path) -> None:
        """Opens it.

        Raises:
            UnreadableInputError: pyarrow is not installed, or the file is damaged.
        """
        self._name = printable(path)
        if find_spec("pyarrow") is None:
            raise UnreadableInputError(
                f"{self._name} is a Parquet file: to read it, pip install 'genonaut[parquet]'."
            )
        self._arrow = import_module("pyarrow")
        try:
            self._file = import_module("pyarrow.parquet").ParquetFile(path)
        except self._arrow.ArrowInvalid as error:
            raise self._damaged() from error
        self.size = path.stat().st_size
        self.position = 0

    def __iter__(self) -> Iterator[Record | Reject]:
        """Its rows, numbered from 1; see `Source`."""
        schema = self._file.schema_arrow
        names = [field.name for field in schema if not self._has_bytes(field.type)]
        if PROMPT_COLUMNS.isdisjoint(name.strip().lower() for name in names):
            raise UnreadableInputError(f"{self._name} has no column `prompt`.")
        number = 0
        try:
            for batch in self._file.iter_batches(_ROWS_AT_ONCE, columns=names):
                for row in self._in_microseconds(batch).to_pylist():
                    number += 1
                    fields = {name.strip().lower(): _plain(value) for name, value in row.items()}
                    yield Record(self._name, number, fields)
                self.position = self.size * number // self._file.metadata.num_rows
        except self._arrow.ArrowException as error:
            raise self._damaged() from error

    def _has_bytes(self, kind: Any) -> bool:  # noqa: ANN401 - pyarrow has no types
        types = self._arrow.types
        if types.is_struct(kind):
            return any(self._has_bytes(field.type) for field in kind)
        if types.is_list(kind) or types.is_large_list(kind):
            return self._has_bytes(kind.value_type)
        return bool(
            types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind)
        )

    def _in_microseconds(self, batch: Any) -> Any:  # noqa: ANN401
        """Python has no smaller unit."""
        fields = [
            field.with_type(self._arrow.timestamp("us", field.type.tz))
            if self._arrow.types.is_timestamp(field.type)
            else field
            for field in batch.schema
        ]
        table = self._arrow.Table.from_batches([batch])
        return table.cast(self._arrow.schema(fields), safe=False)

    def _damaged(self) -> UnreadableInputError:
        return UnreadableInputError(
            f"{self._name} is not a Parquet file, or a damaged one: copy it again."
        )


def _plain(value: object) -> object:
    """A value as JSON has it."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, dict):
        return {str(name): _plain(member) for name, member in value.items()}
    return [_plain(member) for member in value] if isinstance(value, list | tuple) else value

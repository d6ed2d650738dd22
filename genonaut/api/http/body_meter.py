"""Counting what a JSON body holds before anything is made of it.

A body of 16 MiB can hold eight million values. Each becomes a Python object, and an error if it is
wrong: seconds in which nothing else runs, and half a gigabyte. So commas and brackets outside of
strings are counted in each piece as it arrives, by a few calls that take well under a millisecond.
"""

from typing import Final

from genonaut.errors import ContentTooLargeError

PIECE: Final = 64 * 1024


class BodyMeter:
    """Counts the values of a JSON text that comes in pieces."""

    def __init__(self, most_values: int) -> None:
        self._most = most_values
        self._values = 0
        self._quotes = 0
        self._escape = b""  # a backslash at the end of the last piece
        self._in_string = False

    def feed(self, data: bytes) -> None:
        """Count the next piece.

        Raises:
            ContentTooLargeError: there are too many values.
        """
        for start in range(0, len(data), PIECE):
            self._count(self._without_escapes(data[start : start + PIECE]))
            # Each value may have a name, and each of the two has two quotes.
            if self._values > self._most or self._quotes > 4 * self._most:
                raise ContentTooLargeError(
                    f"The body has more than {self._most:,} values: send less at a time."
                )

    def _without_escapes(self, piece: bytes) -> bytes:
        piece = (self._escape + piece).replace(rb"\\", b"")
        self._escape = piece[-1:] if piece.endswith(b"\\") else b""
        return piece.removesuffix(b"\\").replace(rb"\"", b"")

    def _count(self, piece: bytes) -> None:
        quoted = piece.split(b'"')
        outside = b"".join(quoted[self._in_string :: 2])
        self._values += sum(map(outside.count, (b",", b"[", b"{")))
        self._quotes += len(quoted) - 1
        self._in_string ^= len(quoted) % 2 == 0

"""Why a run of the benchmark ends without results."""

from genonaut.errors import GenonautError


class WrongAnswerError(GenonautError):
    """A contestant gave a wrong answer, so none of its figures counts."""


class LoadError(GenonautError):
    """A program that makes load failed."""

"""The mutants, by what they break."""

from typing import Final

from tests.mutants.mutant import Mutant

MUTANTS: Final = (
    Mutant(
        "imports point down",
        "genonaut/errors.py",
        "class GenonautError(Exception):",
        "from genonaut.api import gallery  # noqa\n\n\nclass GenonautError(Exception):",
        "tests/unit/test_floors.py",
    ),
)

"""The API against its own OpenAPI, with some requests of each operation that chance chooses.

All limits of all fields: contract.py, which is run by `make test-long`.
"""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.generation import GenerationMode

from tests.integration.contract import SEARCH, SENDERS, Gallery, gallery, schema

__all__ = ["gallery"]

EXAMPLES = {"visitor": 2, "member": 6, "admin": 6}
OPERATIONS = [
    (path, method) for path, methods in schema.raw_schema["paths"].items() for method in methods
]


@pytest.mark.sampled(45)
@pytest.mark.parametrize("sender", SENDERS)
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_the_api_does_what_its_openapi_says(
    gallery: Gallery, path: str, method: str, sender: str
) -> None:
    operation = schema[path][method]
    cases = [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]

    @given(case=st.one_of(cases))
    @settings(SEARCH, max_examples=EXAMPLES[sender])
    def check(case: Case[Any]) -> None:
        gallery.check(case, sender)

    check()

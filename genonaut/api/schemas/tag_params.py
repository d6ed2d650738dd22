"""Names of tags as an older client sends them: repeated, or separated by commas."""

from typing import Annotated

from pydantic import AfterValidator, Field

from genonaut.api.schemas.values import Storable
from genonaut.content.rules import LONGEST_NAME
from genonaut.content.tag_names import MOST_TAGS


def _split(values: list[str]) -> list[str]:
    names = [name.strip() for value in values for name in value.split(",") if name.strip()]
    if len(names) > MOST_TAGS:
        raise ValueError(f"It should have at most {MOST_TAGS} names")
    if any(len(name) > LONGEST_NAME for name in names):
        raise ValueError(f"A name in it is longer than {LONGEST_NAME} characters")
    return names


_LONGEST = MOST_TAGS * (LONGEST_NAME + 1)
TagNameLists = Annotated[
    list[Storable[Annotated[str, Field(max_length=_LONGEST)]]],
    Field(max_length=MOST_TAGS),
    AfterValidator(_split),
]

"""Values as the API accepts and returns them: what PostgreSQL can store, and UTC everywhere.

What a validator requires is also published as a pattern, so that the documentation is true.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from genonaut.api.schemas.named import Metadata
from genonaut.content.rules import (
    CONTROLS,
    IMPORT_KEY,
    LONGEST_NAME,
    LONGEST_PROMPT,
    check_marks,
    check_storable,
    is_absolute_path,
    user_name,
)
from genonaut.content.tag_names import MOST_TAGS, tag_name

LARGEST_ID = 2**63 - 1
LONGEST_CONTENT = 1_000_000

_DATE = re.compile(r"^(19[7-9][0-9]|20[0-9]{2})-[01][0-9]-[0-3][0-9][Tt ]")


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("It contains a NUL character")
    return text


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("It is blank")
    return _without_nul(text)


def _written_time(value: object) -> object:
    # Pydantic would also accept seconds since 1970, and years that Python cannot read back in UTC.
    if not isinstance(value, str) or not _DATE.match(value):
        raise ValueError("It should be a date and time between 1970 and 2099, as in ISO 8601")
    return value


def _whole(given: Any) -> Any:  # noqa: ANN401 - what a client sent
    return int(given) if isinstance(given, float) and given.is_integer() else given


def _storable_metadata(metadata: dict[str, Any]) -> dict[str, Any]:
    check_storable(metadata, "It")
    key = metadata.get(IMPORT_KEY, "")
    if not isinstance(key, str) or len(key) > LONGEST_NAME:
        raise ValueError(f"Its {IMPORT_KEY} should be text of at most {LONGEST_NAME} characters")
    return metadata


def formed(pattern: str, message: str) -> tuple[AfterValidator, Any]:
    """What a text has to be like, with a message that says so without the pattern."""
    form = re.compile(pattern)

    def check(text: str) -> str:
        if not form.fullmatch(text):
            raise ValueError(message)
        return text

    return AfterValidator(check), Field(json_schema_extra={"pattern": f"^{pattern}$"})


def _composable(text: str) -> str:
    check_marks(text, "It")
    return text


def _relative(text: str) -> str:
    if is_absolute_path(text):
        raise ValueError("It is an absolute path: give the file's name in the library, or a URL")
    return text


AnyText = TypeVar("AnyText", bound=str)
Storable = Annotated[
    AnyText, AfterValidator(_without_nul), Field(json_schema_extra={"pattern": r"^[^\x00]*$"})
]
Filled = Annotated[
    AnyText,
    AfterValidator(_not_blank),
    Field(json_schema_extra={"pattern": r"^[^\x00]*[^\s\x00][^\x00]*$"}),
]

Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Title = Filled[
    Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME)]
]
NamePart = Storable[Annotated[str, Field(max_length=LONGEST_NAME)]]
ContentType = Filled[Annotated[str, Field(min_length=1, max_length=50)]]
Prompt = Filled[
    Annotated[str, Field(min_length=1, max_length=LONGEST_PROMPT), AfterValidator(_composable)]
]
# A stored one may be absolute: an import wrote it before there was a library, or another program.
_PLACE = Field(json_schema_extra={"pattern": r"^([^\x00/\\~][^\x00]*)?$"})
ContentData = Annotated[
    Storable[Annotated[str, Field(max_length=LONGEST_CONTENT)]], AfterValidator(_relative), _PLACE
]
FilePath = Annotated[
    Storable[Annotated[str, Field(max_length=512)]], AfterValidator(_relative), _PLACE
]
ShownData = Annotated[str, AfterValidator(lambda text: "" if is_absolute_path(text) else text)]
ShownPath = Annotated[
    str | None, AfterValidator(lambda text: None if text and is_absolute_path(text) else text)
]
# In the form of names, in which one may be shorter or longer than it was written. What else is
# invisible, as a joiner between Latin letters, no pattern of a few characters can say.
NAME: dict[str, Any] = {
    "minLength": 1,
    "maxLength": LONGEST_NAME,
    "pattern": rf"^[^{CONTROLS}]*[^\s{CONTROLS}][^{CONTROLS}]*$",
}
_NAME = Field(json_schema_extra=NAME)
UserName = Annotated[str, AfterValidator(lambda written: user_name(written, "It")), _NAME]
TagName = Annotated[str, AfterValidator(lambda written: tag_name(written, "It")), _NAME]
TagNames = Annotated[
    list[TagName], Field(max_length=MOST_TAGS), AfterValidator(lambda names: sorted(set(names)))
]
# The count of the last tag of a page, and its name.
TagCursor = Annotated[
    str, *formed(r"-?[0-9]{1,18}:[^\x00]{1,255}", "It should be `next_after` of a page before")
]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
WHOLE = BeforeValidator(_whole)
"""To JSON, 1.0 is a whole number too."""
StorableMetadata = Annotated[Metadata, AfterValidator(_storable_metadata)]
Time = Annotated[
    AwareDatetime,
    BeforeValidator(_written_time),
    Field(json_schema_extra={"pattern": _DATE.pattern}),
]
Utc = Annotated[datetime, AfterValidator(lambda moment: moment.astimezone(UTC))]


FROM_ATTRIBUTES = ConfigDict(from_attributes=True)
"""A model that is made from what services return, by its attributes."""


def example(*values: dict[str, Any]) -> ConfigDict:
    """The configuration of a model that is documented by examples."""
    return ConfigDict(json_schema_extra={"examples": list(values)})

"""Values of accounts as the API accepts them, and those of the documentation's examples."""

from typing import Annotated, Final

from pydantic import AfterValidator, ConfigDict, Field

from genonaut.api.schemas.values import Storable
from genonaut.people.emails import FORM, LONGEST_EMAIL, email_address
from genonaut.people.passwords import LONGEST, SHORTEST

EXAMPLE_ID: Final = "0b5e0c3e-6a0f-4c55-9f3a-0f6e1f4f7a10"
EXAMPLE_TIME: Final = "2026-11-22T15:04:05.123000Z"

FORBID_EXTRA = ConfigDict(extra="forbid")
Password = Annotated[str, Field(max_length=LONGEST)]
NewPassword = Storable[Annotated[str, Field(min_length=SHORTEST, max_length=LONGEST)]]
LinkToken = Annotated[str, Field(max_length=100)]
Email = Annotated[
    str,
    AfterValidator(email_address),
    Field(
        json_schema_extra={
            "minLength": 3,
            "maxLength": LONGEST_EMAIL,
            "pattern": FORM,
        }
    ),
]

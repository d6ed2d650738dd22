"""Types that have one name in the description of the API, and so one class in generated clients.

Otherwise these would have a class for each place where one stands, as `ItemInVisibilityType0`.
"""

from typing import Any, Literal

from typing_extensions import TypeAliasType

from genonaut.api.gallery import query
from genonaut.db import positions, schema
from genonaut.people import identity

DegradedCheck = TypeAliasType("DegradedCheck", Literal["broker", "replicas"])
Metadata = TypeAliasType("Metadata", dict[str, Any])
Role = TypeAliasType("Role", identity.Role)
Scope = TypeAliasType("Scope", identity.Scope)
ServerKind = TypeAliasType("ServerKind", positions.ServerKind)
SortField = TypeAliasType("SortField", query.SortField)
SortOrder = TypeAliasType("SortOrder", query.SortOrder)
SourceType = TypeAliasType("SourceType", schema.SourceType)
Switch = TypeAliasType("Switch", Literal[query.SwitchName, ""])
TagMatch = TypeAliasType("TagMatch", query.TagMatch)
TopLevel = TypeAliasType("TopLevel", Literal["root", "null"])
Visibility = TypeAliasType("Visibility", schema.Visibility)

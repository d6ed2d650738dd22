"""What a column may contain if it takes a few words only."""

from typing import Final, Literal

SourceType = Literal["regular", "auto"]
"""How an item was made, as it is called outside of the database."""
REGULAR: Final = "regular"
AUTO: Final = "auto"
# The column's value, which selects the partition, by that name.
PARTITIONS = {REGULAR: "items", AUTO: "auto"}

Visibility = Literal["public", "private"]
"""Who may see an item: all viewers, or its creator and admins."""
PUBLIC: Final = "public"
PRIVATE: Final = "private"

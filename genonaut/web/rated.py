"""What an item is rated, in words; and one's own rating, for the stars."""

from dataclasses import dataclass
from typing import Final

from genonaut.api.entities import Item, ItemRating


@dataclass(frozen=True, slots=True)
class Rated:
    """One's own rating, the mean as it is shown (empty without any), and all of it in words."""

    own: int | None
    mean: str
    words: str


UNRATED: Final = Rated(None, "", "Not rated yet")


def rated(rating: Item | ItemRating) -> Rated:
    """The same from what was read."""
    if rating.rating_mean is None:
        return UNRATED
    mean = f"{rating.rating_mean:.2f}".rstrip("0").rstrip(".")
    number = rating.rating_count
    words = f"{mean} of 5, by {number:,} {'user' if number == 1 else 'users'}"
    if rating.rating is not None:
        words += f"; your rating: {rating.rating}"
    return Rated(rating.rating, mean, words)

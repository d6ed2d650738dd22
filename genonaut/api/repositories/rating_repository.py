"""Ratings: the statements, executed."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Final
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Select, Uuid, any_, literal, select
from sqlalchemy.orm import Session

from genonaut.api.entities import Item, ItemRating
from genonaut.api.repositories.item_creators import creator_of
from genonaut.content.viewer import Viewer, visible_to
from genonaut.counting.engine import read
from genonaut.db.counts import RATING
from genonaut.db.named_sql import named_sql
from genonaut.db.schema import ContentItemAll, Rating
from genonaut.db.spread import is_spread

_SQL: Final = named_sql(__package__, "ratings.sql")


class RatingRepository:
    """Reads and writes what users think of items."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_items(
        self, item_ids: Iterable[int], rater: UUID | None, creators: Collection[UUID] = ()
    ) -> Mapping[int, ItemRating]:
        """What each of these items has: the mean, the number of ratings, and the rater's own.

        `creators` are those of the items, if they are known.

        By one statement, and from the declared count, which is exact from the first rating on: it
        was there before the ratings were.
        """
        found = {item_id: ItemRating(item_id) for item_id in item_ids}
        if is_spread(self._session.connection()):
            return self._of_parts(found, rater, creators)
        given = {"item_ids": list(found), "rater": rater}
        rows = self._session.connection().execute(_SQL["of_items"], given)
        for item_id, number, points, own in rows:
            if own is not None:
                found[item_id] = replace(found[item_id], rating=own)
            else:
                found[item_id] = replace(
                    found[item_id], rating_mean=points / number, rating_count=number
                )
        return found

    def _of_parts(
        self, found: dict[int, ItemRating], rater: UUID | None, creators: Collection[UUID]
    ) -> Mapping[int, ItemRating]:
        """The same where items are spread: the view would read the counts of all items there."""
        numbers, points = Counter[int](), Counter[int]()
        for (item_id, value), number in read(self._session, RATING, list(found)).counts.items():
            numbers[item_id] += number
            points[item_id] += number * int(value)
        for item_id, number in numbers.items():
            if number:
                mean = points[item_id] / number
                found[item_id] = replace(found[item_id], rating_mean=mean, rating_count=number)
        if rater is not None:
            for item_id, own in self._session.execute(_own(found, rater, creators)):
                found[item_id] = replace(found[item_id], rating=own)
        return found

    def with_ratings(self, items: Iterable[Item], rater: UUID | None) -> list[Item]:
        """Items with what they have."""
        given = list(items)
        creators = {item.creator_id for item in given}
        found = self.of_items((item.id for item in given), rater, creators) if given else {}
        return [found[item.id].put_on(item) for item in given]

    def rate(self, viewer: Viewer, item_id: int, user_id: UUID, value: int) -> bool:
        """Rate an item, or rate it anew; false if there is none for the viewer's eyes, or no user.

        Raters of the same item never wait for one another.
        """
        given = {
            "item_id": item_id,
            "creator": creator_of(self._session, item_id),
            "user_id": user_id,
            "value": value,
            "sees_all": viewer.sees_all,
            "viewer": viewer.user_id,
        }
        if not is_spread(self._session.connection()):
            return self._session.execute(_SQL["rate"], given).first() is not None
        ways = (_SQL["is_user"], _SQL["rate_in_its_part"])
        return all(self._session.execute(way, given).first() is not None for way in ways)

    def take_away(self, item_id: int, user_id: UUID) -> None:
        """Take a user's rating away, if there is one."""
        creator = creator_of(self._session, item_id)
        given = {"item_id": item_id, "creator": creator, "user_id": user_id}
        self._session.execute(_SQL["take_away"], given)

    def creator_seen(self, viewer: Viewer, item_id: int) -> UUID | None:
        """The creator of an item; None if there is none for the viewer's eyes."""
        item = ContentItemAll
        seen = select(item.creator_id).where(item.id == item_id, *visible_to(viewer, item))
        return self._session.scalar(seen)


def _own(item_ids: Collection[int], rater: UUID, creators: Collection[UUID]) -> Select[int, int]:
    found = select(Rating.content_id, Rating.value).where(
        Rating.content_id == any_(literal(list(item_ids), ARRAY(BigInteger))),
        Rating.user_id == rater,
    )
    if creators:
        found = found.where(Rating.creator_id == any_(literal(list(creators), ARRAY(Uuid))))
    return found

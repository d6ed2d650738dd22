"""Five pairs of eyes, and what plain SQL says that each of them may see."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from genonaut.content.viewer import EVERYTHING, VISITOR, Viewer

ADA, BO, CY, DEE = (UUID(int=number) for number in range(1, 5))
MEMBERS = (ADA, BO, CY)
EYES = {
    "visitor": VISITOR,
    "ada": Viewer(ADA),
    "bo": Viewer(BO),
    "cy": Viewer(CY),
    "admin": EVERYTHING,
}
SOURCE = "CASE item.source_type WHEN 'items' THEN 'regular' ELSE 'auto' END"
SEEN = "(item.visibility = 'public' OR %(all)s OR item.creator_id = %(me)s::uuid)"


class Truth:
    """What a viewer may see, counted from the items themselves, one question at a time."""

    def __init__(self, connection: Connection, viewer: Viewer) -> None:
        self._connection = connection
        self._given = {"all": viewer.sees_all, "me": viewer.user_id}

    def _rows(self, statement: str, **given: object) -> list[Any]:
        text = statement.format(seen=SEEN, source=SOURCE)
        return list(self._connection.exec_driver_sql(text, self._given | given))

    def counts(self, whose: UUID | None) -> tuple[int, ...]:
        """The user's regular and auto items, and the community's."""
        [row] = self._rows(
            """SELECT count(*) FILTER (WHERE {source} = 'regular' AND creator_id = %(whose)s::uuid),
                      count(*) FILTER (WHERE {source} = 'auto' AND creator_id = %(whose)s::uuid),
                      count(*) FILTER (WHERE {source} = 'regular'),
                      count(*) FILTER (WHERE {source} = 'auto')
               FROM content_items_all AS item WHERE {seen}""",
            whose=whose,
        )
        return tuple(row)

    def ids(
        self, switches: Collection[str], whose: UUID | None, tag: str = "", creator: Any = None
    ) -> list[int]:
        """The list, newest first."""
        sides = {
            side: [switch.split("-")[1] for switch in switches if switch.startswith(side)]
            for side in ("user", "community")
        }
        rows = self._rows(
            """SELECT id FROM content_items_all AS item
               WHERE {seen} AND {source} = ANY (CASE WHEN creator_id = %(whose)s::uuid
                   THEN %(user)s::text[] ELSE %(community)s::text[] END)
               AND (%(creator)s::uuid IS NULL OR creator_id = %(creator)s)
               AND (%(tag)s = '' OR EXISTS (
                   SELECT FROM content_tags JOIN tags ON tags.id = tag_id
                   WHERE content_id = item.id AND name = %(tag)s))
               ORDER BY created_at DESC, id DESC""",
            whose=whose,
            tag=tag,
            creator=creator,
            **sides,
        )
        return [item_id for (item_id,) in rows]

    def tags(self) -> dict[str, tuple[int, int]]:
        """How many regular and auto items carry each tag; those on none only for who sees all."""
        rows = self._rows(
            """SELECT name, count(item.id) FILTER (WHERE {source} = 'regular'),
                      count(item.id) FILTER (WHERE {source} = 'auto')
               FROM tags LEFT JOIN content_tags ON tag_id = tags.id
               LEFT JOIN content_items_all AS item ON item.id = content_id AND {seen}
               GROUP BY name HAVING count(item.id) > 0 OR %(all)s"""
        )
        return {name: (regular, auto) for name, regular, auto in rows}

    def creators(self) -> dict[UUID, tuple[int, int]]:
        """How many regular and auto items each creator has who has any."""
        rows = self._rows(
            """SELECT creator_id, count(*) FILTER (WHERE {source} = 'regular'),
                      count(*) FILTER (WHERE {source} = 'auto')
               FROM content_items_all AS item WHERE {seen} GROUP BY 1"""
        )
        return {creator: (regular, auto) for creator, regular, auto in rows}


def beside(ids: Sequence[int], item_id: int) -> tuple[int | None, int | None]:
    """What is before and behind an item in a list."""
    place = ids.index(item_id)
    return (ids[place - 1] if place else None, ids[place + 1] if place + 1 < len(ids) else None)

"""The models as an application would use them: add, commit, read, change, refresh, delete."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import instance_state as object_state

from genonaut.db.schema import ContentItem, ContentItemAll, ContentItemAuto, User
from genonaut.db.session import Database

Partition = type[ContentItem] | type[ContentItemAuto]
PARTITIONS = pytest.mark.parametrize(
    ("model", "source_type"), [(ContentItem, "items"), (ContentItemAuto, "auto")]
)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """An ordinary session: it expires its objects at each commit."""
    with Session(database.engine) as session:
        yield session


def added(session: Session, model: Partition, title: str = "Dusk") -> ContentItem | ContentItemAuto:
    user = User(username=f"ada-{title}")
    session.add(user)
    session.flush()
    item = model(title=title, prompt="the sea at dusk", content_data="", creator_id=user.id)
    session.add(item)
    session.commit()
    return item


@PARTITIONS
def test_an_item_without_a_source_type_is_whole_after_the_commit(
    session: Session, model: Partition, source_type: str
) -> None:
    item = added(session, model)
    assert (item.source_type, item.title, item.item_metadata) == (source_type, "Dusk", {})
    assert object_state(item).identity == (item.id, source_type)


@PARTITIONS
def test_it_is_read_changed_refreshed_and_deleted(
    session: Session, model: Partition, source_type: str
) -> None:
    item = added(session, model)
    key = item.id, source_type
    item.title = "Dawn"
    session.commit()
    session.refresh(item)
    assert item.title == "Dawn"
    session.expunge_all()
    assert session.scalars(select(model.title)).all() == ["Dawn"]
    assert session.get_one(ContentItemAll, key).title == "Dawn"
    session.delete(session.get_one(model, key))
    session.commit()
    assert session.scalars(select(ContentItemAll.id)).all() == []


@PARTITIONS
def test_many_at_once_keep_their_order_and_keys(
    session: Session, model: Partition, source_type: str
) -> None:
    creator = added(session, model).creator_id
    items = [
        model(title=f"No. {n}", prompt="x", content_data="", creator_id=creator) for n in range(50)
    ]
    session.add_all(items)
    session.commit()
    assert [item.title for item in items] == [f"No. {n}" for n in range(50)]
    assert {item.source_type for item in items} == {source_type}


@PARTITIONS
def test_a_rolled_back_item_leaves_the_session_usable(
    session: Session, model: Partition, source_type: str
) -> None:
    creator = added(session, model).creator_id
    session.add(model(title="Lost", prompt="x", content_data="", creator_id=creator))
    session.flush()
    session.rollback()
    assert session.scalars(select(model.title)).all() == ["Dusk"]


@PARTITIONS
def test_a_source_type_that_is_given_stays(
    session: Session, model: Partition, source_type: str
) -> None:
    creator = added(session, model).creator_id
    item = model(
        title="x", prompt="x", content_data="", creator_id=creator, source_type=source_type
    )
    session.add(item)
    session.commit()
    assert item.source_type == source_type

"""Streams where there are replicas: where what they say is from, and that it never goes back."""

import pytest

from tests.integration.replicas.conftest import Serving
from tests.integration.replicas.test_own_writes import paused
from tests.support.rows import add_items, add_user
from tests.support.streams import opened


@pytest.mark.long
def test_a_stream_is_told_by_replicas_and_says_so(api: Serving) -> None:
    user = add_user(api.owner)
    with opened(api.client, params={"user_id": user}) as events:
        assert events.next().data["from"] == "replica"
        positions = []
        for number in range(1, 6):
            add_items(api.owner, user)
            told = events.until(user_regular_count=number)
            assert told["from"] == "replica"
            positions.append(int(told["position"].rpartition("/")[2], 16))
        assert positions == sorted(positions)


def test_a_stream_does_not_go_back_to_what_another_replica_has(api: Serving) -> None:
    user = add_user(api.owner)
    late = api.group.standbys[0]
    with opened(api.client, params={"user_id": user}) as events:
        late.catches_up_with(api.group.primary)
        with paused(late):
            add_items(api.owner, user, 3)
            events.until(user_regular_count=3)
            for number in (4, 5, 6):  # while every second question is asked of the late one
                add_items(api.owner, user)
                assert events.next().data["user_regular_count"] == number


def test_who_has_just_changed_something_is_told_of_it_at_once(api: Serving) -> None:
    user = add_user(api.owner)
    for standby in api.group.standbys:
        standby.catches_up_with(api.group.primary)
    with paused(*api.group.standbys):
        item = {"prompt": "a fox", "creator_id": user}
        position = api.client.post("/api/v1/content", json=item).headers["X-Genonaut-Position"]
        headers = {"X-Genonaut-Position": position}
        with opened(api.client, params={"user_id": user}, headers=headers) as events:
            first = events.next().data
            assert (first["user_regular_count"], first["from"]) == (1, "primary")

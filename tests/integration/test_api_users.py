"""Users: list, read, add."""

import httpx
import pytest

USERS = "/api/v1/users"


def add(client: httpx.Client, *names: str) -> None:
    for name in names:
        assert client.post(USERS, json={"username": name}).status_code == 201


def listed(client: httpx.Client, **parameters: str | int) -> list[str]:
    answer = client.get(USERS, params=parameters)
    assert answer.status_code == 200, answer.text
    return [user["username"] for user in answer.json()["users"]]


def test_a_user_is_added_and_read_again(client: httpx.Client) -> None:
    answer = client.post(USERS, json={"username": "  Ada Lovelace 🌊 "})
    assert answer.status_code == 201
    user = answer.json()
    assert user["username"] == "Ada Lovelace 🌊"
    assert user["created_at"].endswith("Z")
    assert client.get(f"{USERS}/{user['id']}").json() == user


def test_a_name_is_unique(client: httpx.Client) -> None:
    add(client, "ada")
    answer = client.post(USERS, json={"username": " ada"})
    assert (answer.status_code, answer.json()["error"]) == (409, "conflict")
    assert answer.json()["detail"] == "There is a user named 'ada' already."
    add(client, "Ada")


@pytest.mark.parametrize("name", ["", "  ", "\n", "a\0", "x" * 256, None, 5, ["ada"]])
def test_a_name_that_cannot_be_is_refused(client: httpx.Client, name: object) -> None:
    answer = client.post(USERS, json={"username": name})
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_request")
    assert answer.json()["fields"][0]["field"] == "username"


def test_the_longest_name_fits(client: httpx.Client) -> None:
    add(client, "🌊" * 255)
    assert listed(client) == ["🌊" * 255]


def test_pages_follow_each_other_without_gaps(client: httpx.Client) -> None:
    names = [f"user {n:03}" for n in range(25)]
    add(client, *reversed(names))
    seen: list[str] = []
    parameters: dict[str, str | int] = {"limit": 10}
    while True:
        page = client.get(USERS, params=parameters).json()
        seen += [user["username"] for user in page["users"]]
        if page["next_after"] is None:
            break
        parameters["after"] = page["next_after"]
    assert seen == names
    assert listed(client, limit=25) == names


def test_search_takes_a_prefix_as_it_is(client: httpx.Client) -> None:
    add(client, "ada", "adam", "bada", "a%", "a_", "a\\", "Ada")
    assert listed(client, search="ad") == ["ada", "adam"]
    assert listed(client, search="a%") == ["a%"]
    assert listed(client, search="a_") == ["a_"]
    assert listed(client, search="a\\") == ["a\\"]
    assert listed(client, search="ad", after="ada") == ["adam"]
    assert len(listed(client, search="")) == 7


@pytest.mark.parametrize(
    "parameters",
    [{"limit": 0}, {"limit": 1001}, {"limit": "ten"}, {"after": "\0"}, {"search": "a" * 256}],
)
def test_parameters_that_cannot_be_are_refused(
    client: httpx.Client, parameters: dict[str, str | int]
) -> None:
    answer = client.get(USERS, params=parameters)
    assert answer.status_code == 422
    assert answer.json()["fields"][0]["field"] == next(iter(parameters))


def test_an_unknown_user_is_not_found(client: httpx.Client) -> None:
    answer = client.get(f"{USERS}/00000000-0000-4000-8000-000000000000")
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert client.get(f"{USERS}/ada").status_code == 422

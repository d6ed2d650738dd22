"""Accounts without a server: passwords, secrets, addresses, and what a role and a scope allow."""

import pytest
from argon2 import PasswordHasher
from argon2.low_level import Type

from genonaut.errors import InvalidRequestError
from genonaut.people import passwords
from genonaut.people.addresses import limited_address, shown_address
from genonaut.people.identity import OPEN, SCOPES, Identity, Role, Scope
from genonaut.people.passwords import (
    UNMATCHED,
    check_password,
    hash_password,
    is_outdated,
    matches,
)
from genonaut.people.secret_keys import digest, is_secret, is_token, new_secret, new_token


def test_a_password_matches_its_own_hash_only() -> None:
    stored = hash_password("correct horse")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert matches("correct horse", stored)
    assert not matches("correct horsE", stored)
    assert hash_password("correct horse") != stored, "each has a salt of its own"


def test_one_letter_written_in_two_ways_is_one_password() -> None:
    assert matches("cafe\u0301 noir", hash_password("caf\xe9 noir"))


@pytest.mark.parametrize(
    "password", ["", "seven..", "x" * 257, "with \0 NUL", "half \ud800 a pair"]
)
def test_what_cannot_be_a_password_is_refused_unhashed_and_unquoted(
    monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setattr(passwords, "_HASHER", None)  # which would fail
    with pytest.raises(InvalidRequestError) as refused:
        hash_password(password)
    assert len(password) < 2 or password not in str(refused.value)


@pytest.mark.parametrize("password", ["x" * 8, "x" * 256, "\u00e9" * 256, "pass\tword"])
def test_the_limits_themselves_are_passwords(password: str) -> None:
    check_password(password)


@pytest.mark.parametrize("password", ["x" * 257, "with \0 NUL", "right so far"])
@pytest.mark.parametrize(
    "stored",
    [None, "$argon2id$nonsense", hash_password("another one")],
    ids=["none", "nonsense", "another"],
)
def test_the_work_does_not_depend_on_what_is_stored(
    monkeypatch: pytest.MonkeyPatch, password: str, stored: str | None
) -> None:
    hasher, calls = passwords._HASHER, list[str]()

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            calls.append(stored)
            return hasher.verify(stored, password)

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    assert not matches(password, stored)
    assert calls == [stored or UNMATCHED]


def test_where_there_is_no_password_nothing_matches() -> None:
    assert not is_outdated(UNMATCHED), "or it would not take as long as a real one"
    assert not matches("", None)


def test_a_hash_of_other_parameters_is_outdated() -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, type=Type.ID)
    assert matches("correct horse", old.hash("correct horse"))
    assert is_outdated(old.hash("correct horse"))
    assert not is_outdated(hash_password("correct horse"))


def test_a_token_is_known_by_its_form_and_a_mistyped_one_too() -> None:
    token = new_token()
    assert token.startswith("gno_")
    assert is_token(token)
    for place in range(4, len(token)):
        other = "a" if token[place] != "a" else "b"
        assert not is_token(token[:place] + other + token[place + 1 :]), place
    for text in ("", "gno_", token[:-1], f"{token}x", token.upper(), f"{token}\n"):
        assert not is_token(text)


def test_secrets_are_long_and_all_different() -> None:
    secrets = {new_secret() for _ in range(1000)}
    assert len(secrets) == 1000
    assert all(map(is_secret, secrets))
    assert not is_secret("x" * 42)
    assert len(digest("x")) == 32


@pytest.mark.parametrize(
    ("host", "shown", "limited"),
    [
        ("192.0.2.7", "192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7", "192.0.2.7"),
        ("2001:DB8:1:2:3::4", "2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::1", "fe80::/64"),
        (None, "unknown", "unknown"),
        ("testclient", "unknown", "unknown"),
    ],
)
def test_an_address_has_one_form(host: str | None, shown: str, limited: str) -> None:
    assert (shown_address(host), limited_address(host)) == (shown, limited)


@pytest.mark.parametrize("role", ["admin", "member"])
@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_narrows_a_role_and_never_widens_it(role: Role, scope: Scope) -> None:
    identity = Identity(None, "ada", role, scope, "token")
    allowed = [wanted for wanted in SCOPES if identity.may(wanted)]
    widest = "write" if (role, scope) == ("member", "admin") else scope
    assert allowed == list(SCOPES[: SCOPES.index(widest) + 1])


def test_where_it_is_open_everything_is_allowed() -> None:
    assert all(OPEN.may(scope) for scope in SCOPES)

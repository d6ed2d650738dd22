"""Tokens that a provider did not mean for this sign-in, or did not sign."""

from functools import partial
from typing import Any

import pytest

from genonaut.db.session import Database
from tests.support.browser_of_people import Browser, is_refused, numbers
from tests.support.tampering import Provider, new_key

PAST, FUTURE = 1_000_000_000, 5_000_000_000  # in 2001 and in 2128


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"nonce": ""},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"aud": []},
        {"aud": ["another"]},
        {"aud": ["gallery", "another"]},
        {"azp": "another"},
        {"exp": PAST},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": FUTURE},
        {"nbf": FUTURE},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"at_hash": "another"},
    ],
    ids=lambda claims: f"{next(iter(claims))}={str(next(iter(claims.values())))[:20]}",
)
def test_a_token_with_a_wrong_claim_is_refused(
    browser: Browser, provider: Provider, database: Database, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    is_refused(browser.sign_in(), 502, "its response is not valid")
    assert browser.me() is None
    assert numbers(database) == {"users": 0, "identities": 0, "sessions": 0, "sign_in_starts": 0}


def signed_by_a_stranger(provider: Provider, claims: dict[str, Any]) -> str:
    return Provider(key=new_key(str(provider.key.kid))).signed(claims)


SIGNED: dict[str, Any] = {
    "wrong signature": signed_by_a_stranger,
    "alg none": Provider.unsigned,
    "the public key as a secret": Provider.signed_with_the_public_key,
    "cut off": lambda provider, claims: provider.signed(claims)[:-40],
    "empty": lambda *_: "",
    "garbage": lambda *_: "a.b.c",
    "nested": lambda *_: "[" * 100_000,
    "no text": lambda *_: 7,
}


@pytest.mark.parametrize("kind", SIGNED)
def test_a_token_that_the_provider_did_not_sign_is_refused(
    browser: Browser, provider: Provider, database: Database, kind: str
) -> None:
    provider.sign = partial(SIGNED[kind], provider)
    is_refused(browser.sign_in(), 502)
    assert browser.me() is None
    assert numbers(database)["users"] == 0

"""Guesses of secret links: an address that is wrong too often waits, and no other does."""

from collections.abc import Callable

import pytest

from genonaut.api.http.guesses import MOST_WRONG, WINDOW_SECONDS, Guesses
from genonaut.errors import NotFoundError, TooManyAttemptsError


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def guess(clock: Clock) -> Callable[[str, bool], None]:
    guesses = Guesses(clock)

    def one(address: str, is_right: bool = False) -> None:
        with guesses.of(address):
            if not is_right:
                raise NotFoundError

    return one


def wrong(guess: Callable[[str, bool], None], address: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(NotFoundError):
            guess(address, False)


def test_an_address_that_was_wrong_too_often_is_refused_even_if_it_is_right(
    guess: Callable[[str, bool], None], clock: Clock
) -> None:
    wrong(guess, "192.0.2.7", MOST_WRONG - 1)
    guess("192.0.2.7", True)
    wrong(guess, "192.0.2.7", 1)
    for is_right in (True, False):
        with pytest.raises(TooManyAttemptsError):
            guess("192.0.2.7", is_right)
    guess("192.0.2.8", True)
    clock.now += WINDOW_SECONDS
    guess("192.0.2.7", True)


def test_all_of_a_customers_addresses_are_one(guess: Callable[[str, bool], None]) -> None:
    for number in range(MOST_WRONG):
        wrong(guess, f"2001:db8::{number:x}", 1)
    with pytest.raises(TooManyAttemptsError):
        guess("2001:db8::ffff", True)
    guess("2001:db8:0:1::1", True)


def test_very_many_addresses_take_no_more_memory(guess: Callable[[str, bool], None]) -> None:
    wrong(guess, "192.0.2.7", MOST_WRONG)
    for number in range(10_000):
        wrong(guess, f"10.0.{number >> 8}.{number & 255}", 1)
    guess("192.0.2.7", True)

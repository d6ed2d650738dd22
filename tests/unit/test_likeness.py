"""Likeness: copies of a picture are found, and other pictures are not."""

import io
from collections.abc import Callable
from itertools import combinations
from types import ModuleType
from typing import Any

import pytest
from PIL import Image, ImageEnhance

from genonaut.api.repositories.duplicate_repository import BITS
from genonaut.library.scaling import by_pillow, by_vips
from tests.support.conventions import Shot
from tests.support.pictures import SHAPES, drawn

NUMBER = 60
MOST_PIXELS = 10_000_000
Change = Callable[[Image.Image], bytes]


def saved(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    stream = io.BytesIO()
    image.convert("RGB").save(stream, kind, **options)
    return stream.getvalue()


def scaled_to(image: Image.Image, factor: float) -> Image.Image:
    size = round(image.width * factor), round(image.height * factor)
    return image.resize(size, Image.Resampling.LANCZOS)


def cut(image: Image.Image, share: float) -> Image.Image:
    """A part of the width and of the height is gone, on both sides of each."""
    across, down = image.width * share / 2, image.height * share / 2
    return image.crop(
        (round(across), round(down), round(image.width - across), round(image.height - down))
    )


CHANGES: dict[str, tuple[Change, float]] = {
    "half the size": (lambda image: saved(scaled_to(image, 0.5)), 1.0),
    "twice the size": (lambda image: saved(scaled_to(image, 2)), 1.0),
    "JPEG, quality 85": (lambda image: saved(image, "JPEG", quality=85), 1.0),
    "JPEG, quality 50": (lambda image: saved(image, "JPEG", quality=50), 0.95),
    "WebP, quality 75": (lambda image: saved(image, "WEBP", quality=75), 1.0),
    "half the size, JPEG": (lambda image: saved(scaled_to(image, 0.5), "JPEG", quality=80), 0.95),
    "a tenth brighter": (lambda image: saved(ImageEnhance.Brightness(image).enhance(1.1)), 0.9),
    "a hundredth cut off": (lambda image: saved(cut(image, 0.01)), 0.8),
}
"""With the least share of pictures that are found again."""
NOT_FOUND: dict[str, Change] = {
    "turned": lambda image: saved(image.rotate(90, expand=True)),
    "mirrored": lambda image: saved(image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)),
    "a tenth cut off": lambda image: saved(cut(image, 0.1)),
}


@pytest.fixture(scope="module")
def pictures() -> list[Image.Image]:
    return [drawn(shot(number), grain=number % 2 == 0) for number in range(NUMBER)]


def shot(number: int) -> Shot:
    across, down = SHAPES[number % len(SHAPES)]
    size = round(256 * across), round(256 * down)
    return Shot("", "", number, 20, 7.0, "", None, *size)


def likeness(content: bytes, engine: ModuleType = by_vips) -> int | None:
    found: int | None = engine.scaled(content, (320, 640), MOST_PIXELS)[0].likeness
    return found


def distance(one: int, other: int) -> int:
    return ((one ^ other) & (2**64 - 1)).bit_count()


def found_again(originals: list[int], changed: list[int | None]) -> float:
    """The share of pictures whose changed copies are within the bound."""
    pairs = zip(originals, changed, strict=True)
    return sum(b is not None and distance(a, b) <= BITS for a, b in pairs) / len(originals)


@pytest.fixture(scope="module")
def originals(pictures: list[Image.Image]) -> list[int]:
    found = [likeness(saved(image)) for image in pictures]
    assert None not in found
    return [one for one in found if one is not None]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("what", CHANGES)
def test_copies_are_found(pictures: list[Image.Image], originals: list[int], what: str) -> None:
    change, least = CHANGES[what]
    share = found_again(originals, [likeness(change(image)) for image in pictures])
    assert share >= least, f"{what}: {share:.2f}"


@pytest.mark.parametrize("what", NOT_FOUND)
def test_what_is_turned_mirrored_or_cut_is_another_picture(
    pictures: list[Image.Image], originals: list[int], what: str
) -> None:
    """Which docs/duplicates.md says."""
    few, some = pictures[:20], originals[:20]
    assert found_again(some, [likeness(NOT_FOUND[what](image)) for image in few]) < 0.3


def test_other_pictures_are_not_found(originals: list[int]) -> None:
    """Of 1,770 pairs of different pictures none is within the bound."""
    close = [pair for pair in combinations(originals, 2) if distance(*pair) <= BITS]
    assert close == []


@pytest.mark.parametrize(
    "image",
    [
        Image.new("RGB", (300, 200), "white"),
        Image.new("RGB", (300, 200), "black"),
        Image.new("RGBA", (300, 200), (0, 0, 0, 0)),
        Image.effect_noise((300, 200), 3).convert("RGB"),
        Image.linear_gradient("L").convert("RGB"),
    ],
    ids=["white", "black", "transparent", "grain", "gradient"],
)
@pytest.mark.parametrize("engine", [by_vips, by_pillow], ids=["vips", "pillow"])
def test_what_is_nearly_of_one_colour_is_compared_with_nothing(
    image: Image.Image, engine: ModuleType
) -> None:
    assert likeness(saved(image), engine) is None


def test_both_engines_see_the_same(pictures: list[Image.Image], originals: list[int]) -> None:
    """A picture that was taken in by one is found by the other."""
    few = pictures[:20]
    assert found_again(originals[:20], [likeness(saved(one), by_pillow) for one in few]) == 1.0


def test_it_is_a_signed_number_of_64_bits(originals: list[int]) -> None:
    assert all(-(2**63) <= one < 2**63 for one in originals)
    assert any(one < 0 for one in originals)

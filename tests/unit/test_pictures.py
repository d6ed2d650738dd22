"""Drawings: the same every time, well-formed, and without a word of the prompt."""

import re
import subprocess
import sys
from itertools import cycle
from random import Random
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genonaut.demo import grammar, words
from genonaut.pictures import drawing
from genonaut.pictures.drawing import ANY_SCENE, SCENES, TECHNIQUES, Painter, draw
from genonaut.pictures.figures import FIGURES, figure_of
from genonaut.pictures.figures.notation import read_layers
from genonaut.pictures.palettes import BY_WORDS, mix

NAMESPACE = "{http://www.w3.org/2000/svg}"
KNOWN = {"svg", "defs", "linearGradient", "radialGradient", "stop", "clipPath", "g", "rect",
         "circle", "ellipse", "path"}  # fmt: skip


TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "Q": 4, "T": 2, "C": 6, "A": 7, "Z": 0}
"""How many numbers each command of a path takes."""


def prompts(number: int) -> list[str]:
    chance = Random(5)
    return [grammar.spoken_prompt(chance, grammar.idea(chance)) for _ in range(number)]


def check(svg: str) -> None:
    root = ET.fromstring(svg)  # noqa: S314 - our own
    for element in root.iter():
        assert element.tag.removeprefix(NAMESPACE) in KNOWN
        assert not (element.text or "").strip()
        assert not {"style", "href", "onload"} & element.attrib.keys()
        for value in element.attrib.values():
            assert "nan" not in value
            assert "url(" not in value or value.startswith("url(#")
    ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    assert len(ids) == len(set(ids))
    assert len(svg) < 60_000


def test_prompts_of_the_demo() -> None:
    drawings = [draw(number, prompt) for number, prompt in enumerate(prompts(200))]
    for svg in drawings:
        check(svg)
    assert len(set(drawings)) == len(drawings)


@given(st.integers(1, 2**63 - 1), st.text(max_size=200))
def test_any_prompt(item_id: int, prompt: str) -> None:
    check(draw(item_id, prompt))


def test_the_same_in_another_process() -> None:
    prompt = prompts(1)[0]
    program = f"from genonaut.pictures import draw; print(draw(17, {prompt!r}), end='')"
    other = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert other.stdout == draw(17, prompt)


def test_the_number_and_the_prompt_both_matter() -> None:
    assert draw(1, "a fox") != draw(2, "a fox")
    assert draw(1, "a fox") != draw(1, "a wolf")


WORDS = [(stem, paint) for stems, paint in (*TECHNIQUES, *SCENES) for stem in stems.split("|")]


@pytest.mark.parametrize(("stem", "paint"), WORDS, ids=[stem for stem, _ in WORDS])
def test_a_word_chooses_its_scene(stem: str, paint: Painter) -> None:
    prompt = f"a {stem} somewhere"
    chosen = {drawing._painter(prompt, Random(seed)) for seed in range(20)}
    assert chosen == {paint}, "not one by chance"
    check(draw(3, prompt))


@pytest.mark.parametrize("subject", words.SUBJECTS)
def test_every_subject_of_the_demo_has_a_figure(subject: str) -> None:
    """Also in a prompt that has the style before the subject, and the place behind it."""
    figure = figure_of(subject)
    assert figure is not None
    said = zip(cycle(words.MOODS), words.STYLES, cycle(words.PLACES), strict=False)
    for mood, style, place in said:
        prompt = f"{style} of a {mood} {subject} {place}".lower()
        assert figure_of(prompt) is figure, prompt
    drawn = draw(4, f"{subject} in deep fog")
    for layer in read_layers(figure):
        assert layer.path in drawn


def test_subjects_share_no_figure_by_accident() -> None:
    figures = [figure_of(subject) for subject in words.SUBJECTS]
    assert len(set(figures)) == len(words.SUBJECTS)


@pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
def test_a_figure_is_well_written(figure: str) -> None:
    """A command has as many numbers as it takes, and nothing is far outside of the box."""
    for layer in read_layers(figure):
        commands = re.findall(r"([A-Za-z])([^A-Za-z]*)", layer.path)
        assert commands[0][0] == "M"
        for command, after in commands:
            numbers = [float(one) for one in re.findall(r"-?\d+(?:\.\d+)?", after)]
            takes = TAKES[command.upper()]
            assert len(numbers) % takes == 0 if takes else not numbers, (command, after)
            assert all(-240 <= number <= 240 for number in numbers), (command, after)


def test_a_line_that_is_no_layer_is_refused() -> None:
    with pytest.raises(ValueError, match="z M0 0"):
        list(read_layers("n M0 0H5Z\nz M0 0H5Z"))


def test_words_choose_colours() -> None:
    crimson = next(palette for stems, palette in BY_WORDS if stems.startswith("crimson"))
    assert crimson.high in draw(1, "hills in crimson and gold")


def test_without_a_word_chance_chooses_among_all() -> None:
    assert {drawing._painter("zzz", Random(seed)) for seed in range(200)} == set(ANY_SCENE)
    drawings = [draw(number, "zzz") for number in range(60)]
    for svg in drawings:
        check(svg)
    assert len(set(drawings)) == len(drawings)


def test_mixing() -> None:
    assert mix("#000000", "#ffffff", 0.5) == "#808080"
    assert mix("#102030", "#ffffff", 0) == "#102030"


def test_no_word_of_the_prompt_is_in_it() -> None:
    assert "onload" not in draw(1, "<svg onload=alert(1)> onload")

"""Tags as people choose them: a few are everywhere, most are rare."""

from collections.abc import Iterable, Mapping
from itertools import accumulate
from random import Random

from genonaut.content.tag_names import tag_name
from genonaut.demo import words
from genonaut.demo.grammar import Idea

MOST = 7
_ZIPF_EXPONENT = 0.7
_HABIT = 0.4


def _broader(groups: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {word: group for group, members in groups.items() for word in members}


_THEME, _MEDIUM, _SETTING = map(_broader, (words.THEMES, words.MEDIA, words.SETTINGS))
_OF_WORD = {
    word: tag_name(word)
    for word in (*words.SUBJECTS, *words.STYLES, *words.MOODS, *words.LIGHTS, *words.PALETTES)
}
# How likely it is that a word of the idea becomes a tag: the earlier in its list, the likelier.
_LIKELIHOOD = {
    word: (rank + 1) ** -_ZIPF_EXPONENT
    for kind in (words.SUBJECTS, words.STYLES, words.MOODS, words.LIGHTS, words.PALETTES)
    for rank, word in enumerate(kind)
} | {
    word: (rank + 1) ** -_ZIPF_EXPONENT
    for rank, group in enumerate(words.SETTINGS.values())
    for word in group
}
_HABIT_WEIGHTS = list(accumulate(1 / (rank + 1) for rank in range(len(words.HABITS))))

ALL_TAGS = tuple(
    sorted(
        {*_THEME.values(), *_MEDIUM.values(), *_SETTING.values(), *_OF_WORD.values(), *words.HABITS}
    )
)


def tags(chance: Random, what: Idea) -> tuple[str, ...]:
    """Two to seven tags: always a theme and a medium, the others by chance."""
    drawn = [_THEME[what.subject], _MEDIUM[what.style]]
    if chance.random() < _LIKELIHOOD[what.place]:
        drawn.append(_SETTING[what.place])
    drawn += [
        _OF_WORD[word]
        for word in (what.subject, what.style, what.mood, what.light, what.palette)
        if chance.random() < _LIKELIHOOD[word]
    ]
    if chance.random() < _HABIT:
        drawn += chance.choices(words.HABITS, cum_weights=_HABIT_WEIGHTS)
    return tuple(drawn[:MOST])

"""The sections of `RESULTS.md`: what each says, and which tables and plots it has."""

from benchmarks.side_by_side.sections.cost import COST
from benchmarks.side_by_side.sections.pages import PAGES
from benchmarks.side_by_side.sections.reading import READING
from benchmarks.side_by_side.sections.refreshing import REFRESHING
from benchmarks.side_by_side.sections.truth import TRUTH
from benchmarks.side_by_side.sections.writing import WRITING

SECTIONS = (READING, WRITING, TRUTH, REFRESHING, PAGES, COST)

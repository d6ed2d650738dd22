"""The sections of `RESULTS.md`: what each says, and which tables and plots it has."""

from genonaut.bench.sections.cost import COST
from genonaut.bench.sections.pages import PAGES
from genonaut.bench.sections.reading import READING
from genonaut.bench.sections.refreshing import REFRESHING
from genonaut.bench.sections.truth import TRUTH
from genonaut.bench.sections.writing import WRITING

SECTIONS = (READING, WRITING, TRUTH, REFRESHING, PAGES, COST)

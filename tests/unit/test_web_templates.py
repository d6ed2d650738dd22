"""Every template uses what its context has, and every context has what its template uses."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from jinja2 import TemplateNotFound, UndefinedError, meta, nodes

from genonaut.content.viewer import Viewer
from genonaut.db.gen_source_counts import ViewerCounts
from genonaut.web.assets import Assets
from genonaut.web.contexts import (
    ANONYMOUS,
    Card,
    ErrorContext,
    ItemContext,
    ItemTags,
    PagePicture,
    TagLink,
    Ways,
)
from genonaut.web.rendering import AnyContext, Renderer, age, environment, plural, thousands, utc

ENVIRONMENT = environment(Assets())
CONTEXTS = get_args(AnyContext)


def ago(seconds: float) -> datetime:
    """A moment before now."""
    return datetime.now(UTC) - timedelta(seconds=seconds)


def source(name: str) -> nodes.Template:
    assert ENVIRONMENT.loader
    return ENVIRONMENT.parse(ENVIRONMENT.loader.get_source(ENVIRONMENT, name)[0])


def family(name: str) -> set[str]:
    """A template, what it extends, and what it includes."""
    found = {name}
    for other in meta.find_referenced_templates(source(name)):
        assert other
        found |= family(other)
    return found


def used(name: str) -> set[str]:
    """The variables that a template and its family need from outside."""
    every = set.union(*(meta.find_undeclared_variables(source(one)) for one in family(name)))
    # `here` is set by the page for the layout; `static` is there for all.
    return every - set(ENVIRONMENT.globals) - {"here"}


@pytest.mark.parametrize("context", CONTEXTS, ids=lambda context: context.__name__)
def test_a_context_is_what_its_template_uses(context: type[AnyContext]) -> None:
    assert used(context.template) == {field.name for field in fields(context)}


def test_every_template_belongs_to_a_context() -> None:
    families = set.union(*(family(context.template) for context in CONTEXTS))
    assert set(ENVIRONMENT.list_templates()) == families


def test_nothing_switches_escaping_off() -> None:
    for name in ENVIRONMENT.list_templates():
        filters = {found.name for found in source(name).find_all(nodes.Filter)}
        assert filters.isdisjoint({"safe", "forceescape", "xmlattr", "tojson"}), name
        assert not list(source(name).find_all(nodes.ScopedEvalContextModifier)), name
    assert ENVIRONMENT.autoescape is True


def test_what_is_put_in_is_escaped() -> None:
    error = ErrorContext("<b>", ANONYMOUS, 404, "<script>alert(1)</script>\"'", "1")
    html = Renderer(Assets()).html(error)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;" in html


def test_a_read_only_gallery_has_no_forms_that_change_something() -> None:
    picture = PagePicture("/p", "/t", 1, 1)
    card = Card(1, "One", "/1", picture, "ada", "/ada", "regular", "", ago(0), is_private=True)
    card = replace(card, is_favourite=False)
    item = ItemContext(
        "One",
        ANONYMOUS,
        card,
        Ways(None, None, "/"),
        "",
        (),
        (),
        ItemTags((TagLink("sea", 2, "/sea"),), 50, can_edit=True),
        (),
        (),
        mending="",
        can_delete=True,
        can_hide=True,
    )
    for read_only in (False, True):
        html = Renderer(Assets(), read_only=read_only).html(item)
        assert ('action="/gallery/items/1/delete"' in html) is not read_only
        assert ('action="/gallery/items/1/visibility"' in html) is not read_only
        assert ('action="/gallery/items/1/tags"' in html) is not read_only
        assert ('href="/gallery/upload"' in html) is not read_only
        assert ('formaction="/gallery/items/1/favourite"' in html) is not read_only


def test_a_name_that_is_not_there_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        ENVIRONMENT.from_string("{{ state.searhc }}").render(state=object())
    with pytest.raises(TemplateNotFound):
        ENVIRONMENT.get_template("galery.html")


def test_no_style_and_no_script_is_inline() -> None:
    for name in ENVIRONMENT.list_templates():
        assert ENVIRONMENT.loader
        text = ENVIRONMENT.loader.get_source(ENVIRONMENT, name)[0]
        assert " style=" not in text, name
        assert "<style" not in text, name
        assert " on" not in {word[:3] for word in text.split('="')}, name
        assert text.count("<script") == text.count('<script type="module" src='), name


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "just now"), (59, "just now"), (60, "1 minute ago"), (7200, "2 hours ago"),
     (86400 * 21, "21 days ago"), (86400 * 70, "2 months ago"), (86400 * 800, "2 years ago"),
     (-5, "just now")],
)  # fmt: skip
def test_ages(seconds: int, told: str) -> None:
    assert age(ago(seconds)) == told


def test_numbers_and_moments() -> None:
    assert thousands(1234567) == "1,234,567"
    assert thousands(None) == "–"  # noqa: RUF001
    assert plural(1, "page") == "1 page"
    assert plural(1200, "page") == "1,200 pages"
    assert utc(ago(0)).endswith(" UTC")


def test_a_distributed_gallery_says_what_its_totals_mean() -> None:
    moment = ago(0)
    counts = ViewerCounts(
        user_regular_count=1,
        user_auto_count=2,
        community_regular_count=3,
        community_auto_count=4,
        source="cache",
        as_of=moment,
        verified_at=moment,
    )
    popover = ENVIRONMENT.get_template("counts.html")
    for one_moment in (True, False):
        shown = popover.render(
            counts=replace(counts, one_moment=one_moment), viewer=Viewer(user_id=None)
        )
        assert ("lies on several machines" in shown) is not one_moment

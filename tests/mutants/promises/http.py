"""Promises of docs/api.md about requests: their limits in bytes, count and time, and their host."""

from typing import Final

from tests.mutants.mutant import Mutant

MUTANTS: Final = (
    Mutant(
        "a large head is refused",
        "genonaut/running/http_protocol.py",
        "if self._head_bytes > LARGEST_HEAD:",
        "if False:",
        "tests/integration/test_http_limits.py::test_what_is_too_much_is_refused_in_the_shape_of_every_error",
    ),
    Mutant(
        "a head has a hundred headers at most",
        "genonaut/running/http_protocol.py",
        "if len(self.headers) > MOST_HEADERS:",
        "if False:",
        "tests/integration/test_http_limits.py::test_what_is_too_much_is_refused_in_the_shape_of_every_error",
    ),
    Mutant(
        "a long address is refused",
        "genonaut/running/http_protocol.py",
        "if len(self.url) > LARGEST_URL:",
        "if False:",
        "tests/integration/test_http_limits.py::test_what_is_too_much_is_refused_in_the_shape_of_every_error",
    ),
    Mutant(
        "a body has so many values at most",
        "genonaut/api/http/body_meter.py",
        "if self._values > self._most or",
        "if",
        "tests/integration/test_body_limits.py::test_more_values_than_allowed_are_too_many",
    ),
    Mutant(
        "a comma within a string is no value",
        "genonaut/api/http/body_meter.py",
        "quoted[self._in_string :: 2]",
        "quoted",
        "tests/integration/test_body_limits.py::test_the_meter_counts_outside_of_strings_wherever_pieces_end",
    ),
    Mutant(
        "what a body held is given back",
        "genonaut/api/http/bodies.py",
        "            self._held -= len(body)\n",
        "            pass\n",
        "tests/integration/test_body_limits.py::test_bodies_beyond_what_is_held_at_once_are_refused",
    ),
    Mutant(
        "a request that would wait in vain is refused at once",
        "genonaut/api/http/limiter.py",
        "self._expected_wait() > self._patience",
        "False",
        "tests/integration/test_api_limiter.py::test_who_would_wait_in_vain_is_refused_at_once",
    ),
    Mutant(
        "a search has few words",
        "genonaut/api/gallery/search_limits.py",
        "if words > MOST_WORDS:",
        "if words > 20 * MOST_WORDS:",
        "tests/integration/test_list_limits.py::test_a_search_of_too_many_words_is_refused",
    ),
    Mutant(
        "only named hosts are served",
        "genonaut/api/http/hosts.py",
        "_HOST.fullmatch(hosts[0].lower())",
        "_HOST.match(hosts[0].lower())",
        "tests/integration/test_http_manners.py::test_a_host_that_is_not_one_allowed_name_is_misdirected",
    ),
    Mutant(
        "a host is named once",
        "genonaut/api/http/hosts.py",
        "if len(hosts) == 1 else None",
        "if hosts else None",
        "tests/integration/test_http_manners.py::test_a_host_that_is_not_one_allowed_name_is_misdirected",
    ),
    Mutant(
        "an operator's host has any case",
        "genonaut/api/http/hosts.py",
        "name.lower() for name in",
        "name for name in",
        "tests/integration/test_http_manners.py::test_own_and_named_hosts_are_allowed",
    ),
    Mutant(
        "a page of another site changes nothing",
        "genonaut/api/http/door.py",
        "is Sender.STRANGER",
        "is None",
        "tests/integration/test_door.py::test_who_may_change_something_by_every_route",
    ),
    Mutant(
        "a new page takes forms of our own pages only",
        "genonaut/web/page_route.py",
        "handle if only_reads else _for_our_pages(handle)",
        "handle",
        "tests/integration/test_door.py::test_a_new_route_is_behind_the_door",
    ),
    Mutant(
        "a token is named once, and is one",
        "genonaut/api/http/origins.py",
        "if len(tokens) == 1 and _BEARER.fullmatch(tokens[0]):",
        "if tokens:",
        "tests/integration/test_door.py::test_who_may_change_something_by_every_route",
    ),
    Mutant(
        "a read-only gallery takes nothing",
        "genonaut/app.py",
        "if settings.api.read_only:",
        "if False:",
        "tests/integration/test_door.py::test_a_read_only_gallery_takes_nothing_and_says_so",
    ),
    Mutant(
        "an open address is refused until it is accepted",
        "genonaut/running/listening.py",
        "    require_a_door(settings.api.host, settings)\n",
        "",
        "tests/system/test_serving.py::test_an_open_address_is_refused_before_anything_listens",
    ),
    Mutant(
        "a listener that was handed over is refused as well",
        "genonaut/running/listening.py",
        "if listener.family != socket.AF_UNIX:",
        "if False:",
        "tests/unit/test_exposure.py::test_a_listener_that_is_handed_over_is_checked_by_its_own_address",
    ),
)

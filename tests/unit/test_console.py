"""The examples of documents: how they are found, and which outputs keep their promise."""

import pytest

from tests.support.console import Example, examples, files, mask

DOCUMENT = """
Text.

```csv title=prompts.csv
prompt
```

```console
$ genonaut import prompts.csv
1 row read.
...
$ curl -s http://127.0.0.1:8001/api \\
    -d '{}'
```

```sh
$ not this
```

```console
$ true
```
"""


def test_examples_are_found_in_order() -> None:
    assert examples(DOCUMENT) == [
        Example(9, "genonaut import prompts.csv", "1 row read.\n...\n"),
        Example(12, "curl -s http://127.0.0.1:8001/api \\\n    -d '{}'", ""),
        Example(21, "true", ""),
    ]
    assert files(DOCUMENT) == {"prompts.csv": "prompt\n"}


@pytest.mark.parametrize(
    ("promised", "printed"),
    [
        ("All 1,002 counts equal a recount.\n", "All 7 counts equal a recount.\n"),
        ("The ledger has 2 rows.\n", "The ledger has 1 row.\n"),
        ("ready at http://127.0.0.1:8001 (demo)\n", "ready at http://127.0.0.1:40123 (demo)\n"),
        ("as of 2026-11-22 17:31:03 UTC;\n", "as of 2027-01-02 03:04:05 UTC;\n"),
        ('{"at":"2026-11-22T17:31:03.123Z"}\n', '{"at":"2027-01-02T03:04:05.5Z"}\n'),
        ('{"id":"872a817a-2687-41b6-999d-f750b105e979"}\n', '{"id":"' + "0" * 32 + '"}\n'),
        ("Community  auto  100,000\n", "Community   auto      7\n"),
        (" count  \n--------\n 100000\n", " count \n-------\n     7\n"),
        ('{"title":"Dusk",...,"tags":[]}\n', '{"title":"Dusk","prompt":"x","tags":[]}\n'),
        ("...\nAll is well.\n", "ok\nok\nAll is well.\n"),
        ("...\nAll is well.\n", "All is well.\n"),
        ("a body without a last newline\n", "a body without a last newline"),
        ("", ""),
    ],
)
def test_a_promise_is_kept(promised: str, printed: str) -> None:
    assert Example(1, "command", promised).difference(printed) == ""


@pytest.mark.parametrize(
    ("promised", "printed"),
    [
        ("All 1,002 counts equal a recount.\n", "All 1,002 counts equal the truth.\n"),
        ("ok   gen_source  counts\n", "BAD  gen_source  counts\n"),
        ('{"ok":true,"checks":{}}\n', '{"ok":true,"degraded":[],"checks":{}}\n'),
        ("one\n", "one\ntwo\n"),
        ("one\ntwo\n", "one\n"),
        ("one ... three\n", "one\ntwo three\n"),
        ("...\nAll is well.\n", "All is well.\nAnd more.\n"),
        ("", "a warning\n"),
        ("a line\n", ""),
    ],
)
def test_a_broken_promise_is_reported(promised: str, printed: str) -> None:
    difference = Example(3, "command", promised).difference(printed)
    assert difference.startswith("line 3: command\n")
    assert len(difference.splitlines()) > 2


def test_numbers_are_masked_and_words_are_not() -> None:
    assert mask("PostgreSQL 18.4 has 1,000 rows") == "PostgreSQL N has N rows"

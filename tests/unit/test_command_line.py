"""Manners of the command line: help, version, examples, completion, and suggestions for typos."""

import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest
import typer

from genonaut import __version__
from genonaut.cli import COMMANDS, app, main
from genonaut.cli.examples import EXAMPLES
from tests.support.command_line import commands

KNOWN = dict(commands())
LEAVES = [name for name, command in KNOWN.items() if not hasattr(command, "commands")]
NAMES = [name for commands in COMMANDS.values() for name in commands]
HELP_WIDTH = 78


def output(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    """What a call prints, as words and blanks, without the boxes' lines."""
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    assert ended.value.code == code
    printed = capsys.readouterr()
    return " ".join((printed.err if code else printed.out).replace("│", " ").split())


def parse(words: Sequence[str]) -> str:
    """Have a call's words parsed, and not executed. Returns the command's full name."""
    command: Any = typer.main.get_command(app)
    called, name, rest = [], "genonaut", list(words[1:])
    context = None
    while True:
        called.append(name)
        context = command.make_context(name, rest, parent=context)
        if not hasattr(command, "commands"):
            return " ".join(called)
        left = [*context._protected_args, *context.args]
        name, command, rest = command.resolve_command(context, left)


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_every_command_explains_itself_and_gives_examples(
    name: str, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = output(capsys, *name.split()[1:], option)
    assert f"Usage: {name} " in printed
    examples = re.split(r"Examples?: ", printed)[1]
    known = EXAMPLES.get(name) or [EXAMPLES[leaf][0] for leaf in LEAVES if below(leaf, name)]
    assert examples == " ".join(known)


def below(leaf: str, group: str) -> bool:
    return leaf.startswith(f"{group} ")


@pytest.mark.parametrize("example", [each for name in LEAVES for each in EXAMPLES[name]])
def test_every_example_can_be_called(example: str) -> None:
    called = parse(shlex.split(example))
    assert example in EXAMPLES[called]
    assert len(example) <= HELP_WIDTH, "it would be broken into two lines"


def test_no_example_is_of_another_command() -> None:
    assert EXAMPLES.keys() == {*LEAVES, "genonaut"}


def test_an_example_that_cannot_be_called_is_found() -> None:
    with pytest.raises(Exception, match="--prot"):
        parse(["genonaut", "up", "--prot", "9000"])


@pytest.mark.parametrize("name", NAMES)
def test_the_help_lists_every_command(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert f" {name} " in output(capsys, "--help")


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert output(capsys, "--version") == f"genonaut {__version__}"


@pytest.mark.parametrize(
    ("typo", "meant"),
    [
        ("imprt x", "No such command 'imprt'. Did you mean 'import'"),
        ("uup", "Did you mean 'up'?"),
        ("docter", "Did you mean 'doctor'?"),
        ("stats chek", "Did you mean 'check'?"),
        ("user lst", "Did you mean 'list'?"),
        ("up --prot 9000", "--port"),
        ("up --no-flour", "--no-flower"),
        ("import x --sorce auto", "--source"),
        ("--versoin", "--version"),
    ],
)
def test_a_typo_is_answered_with_what_may_be_meant(
    typo: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert meant in output(capsys, *typo.split(), code=2)


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("genonaut expo", ["export"]),
        ("genonaut stats che", ["check"]),
        ("genonaut up --no", ["--no-flower"]),
        ("genonaut import --source a", ["auto"]),
        ("genonaut user role mary m", ["member"]),
    ],
)
def test_what_is_typed_is_completed(
    typed: str,
    completed: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("_GENONAUT_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", typed)
    monkeypatch.setenv("COMP_CWORD", str(typed.count(" ")))
    assert output(capsys).split() == completed


@pytest.mark.parametrize("words", [["--help"], ["--version"]])
def test_a_call_that_runs_no_command_imports_none(words: list[str]) -> None:
    program = (
        "import sys, genonaut.cli as cli\n"
        "try:\n cli.main(sys.argv[1:])\n"
        "finally:\n assert not {'celery', 'fastapi', 'sqlalchemy'} & sys.modules.keys()"
    )
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")

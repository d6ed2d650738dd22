"""A reader's terminal beside a demo that is served: runs the examples of a document."""

import shlex
import subprocess
from collections.abc import Container, Mapping
from pathlib import Path

from tests.support.console import examples, files
from tests.support.forks import Forks

DOCUMENTED = "http://127.0.0.1:8001"
OPERATORS = {"|", "||", "&&", ";", ">", "<"}


class Terminal:
    """A folder and an environment. Genonaut's own commands are forked, all others run by `sh`."""

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        forks: Forks,
        address: str,
        elsewhere: Container[str],
    ) -> None:
        """`elsewhere` are commands that another test runs."""
        self._folder = folder
        self._environment = environment
        self._forks = forks
        self._address = address
        self._elsewhere = elsewhere

    def broken_promises(self, document: str) -> list[str]:
        """Run a document's examples in order; says of each that does not print what it promises."""
        for name, content in files(document).items():
            (self._folder / name).write_text(content, encoding="utf-8")
        found = []
        for example in examples(document):
            if example.command in self._elsewhere:
                continue
            code, printed = self.run(example.command)
            found.append(example.difference(printed))
            if code and not printed:
                found.append(f"line {example.line}: {example.command} exits with {code}")
        return [one for one in found if one]

    def run(self, command: str) -> tuple[int, str]:
        """The exit code, and what is printed, errors included."""
        words = shlex.split(command.replace(DOCUMENTED, self._address))
        variables = {}
        while "=" in words[0]:
            name, _, value = words.pop(0).partition("=")
            variables[name] = value
        if words[0] != "genonaut" or OPERATORS & set(words):
            return self._run_by_shell(command.replace(DOCUMENTED, self._address))
        output = self._folder / ".output"
        code = self._forks.run(words[1:], {**self._environment, **variables}, self._folder, output)
        return code, output.read_text(encoding="utf-8")

    def _run_by_shell(self, command: str) -> tuple[int, str]:
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=self._folder,
            env=dict(self._environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

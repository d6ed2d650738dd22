"""What an import of pictures needs, made with the first: the store, the processes, the folders."""

import os
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

from sqlalchemy import Connection

from genonaut.errors import UsageError
from genonaut.ingest.pool import TakingPool
from genonaut.ingest.records import Reject
from genonaut.ingest.rows import Defaults, ImportRow
from genonaut.ingest.taking import Manner
from genonaut.library.roots import IMAGES, Library
from genonaut.library.store import Store, open_store
from genonaut.library.thumbnails import Thumbnails


@dataclass(frozen=True, slots=True)
class PictureOptions:
    """Whether pictures stay where they are, below which root, and whether they need a prompt."""

    in_place: bool = False
    root: str | None = None
    only_with_prompt: bool = False


class Intake:
    """The store, the processes, and the folders by name, for one import."""

    def __init__(
        self,
        connection: Connection,
        library: Library,
        defaults: Defaults,
        options: PictureOptions,
        pool: TakingPool | None = None,
        rehearsal: Thumbnails | None = None,
    ) -> None:
        """`pool` is one that other imports use as well.

        With thumbnails for a `rehearsal`, nothing is written.
        """
        self.connection = connection
        self.library = library
        self._defaults = defaults
        self._options = options
        self._shared_pool = pool
        self._rehearsal = rehearsal
        self._stack = ExitStack()

    @property
    def writes(self) -> bool:
        """Whether what is found is kept."""
        return self._rehearsal is None

    def manner(self, folder: Path) -> Manner:
        """How the pictures of a folder are taken in.

        Raises:
            UsageError: it cannot be a root as asked for, or the store cannot be written to.
        """
        below = self.library.root_above(self.connection, folder)
        thumbnails = self._rehearsal or self.library.thumbnails
        given = self._defaults, self._options.only_with_prompt, thumbnails
        if self._options.in_place or below == IMAGES:
            name = self.library.register if self.writes else self.library.choose_name
            root = name(self.connection, folder, self._options.root)
            where = self.library.roots(self.connection).get(root, folder).resolve()
            return Manner(*given, root, where)
        return Manner(*given, store=self._store if self.writes else None)

    def take_all(self, manner: Manner, paths: list[str]) -> Iterable[ImportRow | Reject]:
        """What becomes of each picture, in order."""
        return (self._shared_pool or self._pool).take_all(manner, paths) if paths else ()

    def has(self, name: str) -> bool:
        """Whether a file of this name is there."""
        root, _, relative = name.partition("/")
        folder = self._folders.get(root)
        return folder is not None and os.access(folder + relative, os.F_OK)

    @cached_property
    def _folders(self) -> dict[str, str]:
        roots = self.library.roots(self.connection)
        return {name: f"{path}/" for name, path in roots.items()}

    @cached_property
    def _store(self) -> Store:
        try:
            return self._stack.enter_context(open_store(self.library.folder))
        except OSError as error:
            raise UsageError(
                f"The folder {self.library.folder} cannot be written to ({error.strerror}): set "
                "`library.folder`, or import with --in-place."
            ) from error

    @cached_property
    def _pool(self) -> TakingPool:
        pool = TakingPool(self.library.processes)
        self._stack.callback(pool.close)
        return pool

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

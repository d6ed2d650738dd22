"""The galleries of the screenshots: the demo's data, and pictures that a person would have."""

import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import Final

from genonaut.api.repositories.content_repository import ContentRepository
from genonaut.config import LogSettings, Settings, load_settings
from genonaut.db.counts import build_counts
from genonaut.db.session import Database, open_database
from genonaut.demo.seed import seed
from genonaut.ingest.importer import import_paths
from genonaut.ingest.rows import Defaults
from genonaut.library.roots import Library
from genonaut.logs import configure_logs
from tests.support.api import running_api
from tests.support.conventions import CONVENTIONS, Shot
from tests.support.pictures import save
from tests.support.scenes import scene

# A demo has existed for a minute. So that there is growth to see: what the hourly refreshes would
# have recorded, had there been any while its items were made.
PAST_REFRESHES: Final = """
INSERT INTO gen_source_refreshes
    (started_at, duration_seconds, requested_by, outcome, rows_checked, totals)
SELECT moment, 0.08 + 0.02 * random(), 'beat', 'exact', 1002, (
    SELECT jsonb_build_object('regular', count(*) FILTER (WHERE source_type = 'items'),
                              'auto', count(*) FILTER (WHERE source_type = 'auto'))
    FROM content_items_all WHERE created_at <= moment)
FROM (
    SELECT generate_series(timestamptz '2024-06-01', now() - interval '1 day', '10 days')
    UNION ALL
    SELECT generate_series(date_trunc('hour', now() - interval '1 day'), now(), '1 hour')
) AS moments (moment)
ORDER BY moment
"""
DAY: Final = 86_400
CREATORS: Final = {"ada": 34, "noor": 14}
SHAPES: Final = ((1024, 1024), (832, 1216), (1216, 832), (1344, 768), (896, 1152), (1536, 640))
PLACES: Final = ("Blue ridges", "Layered hills", "A quiet valley", "Foothills", "A mountain pass")
LIGHTS: Final = ("before a storm", "under a low sun", "in the haze of summer", "at first light")
MANNERS: Final = ("gouache on paper", "screen print, four colours", "wide angle, soft light")
MODELS: Final = ("harbour_v2", "sd_xl_base_1.0", "flux1-dev")


@contextmanager
def demo() -> Iterator[str]:
    """The address of a demo of its own, which ends with the `with`."""
    with _gallery("demo") as (settings, database):
        with database.transaction() as session:
            seed(session.connection())
        with database.transaction() as session:
            session.connection().exec_driver_sql(PAST_REFRESHES)
            ContentRepository(session).refresh_gen_source_stats("genonaut seed")
        build_counts(database, "genonaut seed")
        with running_api(settings, database) as client:
            yield str(client.base_url).rstrip("/")


@contextmanager
def own(folder: Path) -> Iterator[str]:
    """The address of a gallery into which pictures were imported; they stay in the folder."""
    with _gallery("dev") as (settings, database):
        for creator, count in CREATORS.items():
            paint(folder / creator, count, random.Random(creator))  # noqa: S311 - the same ones each time
            with database.engine.connect() as connection:
                library = Library.of(settings)
                import_paths(
                    connection, [folder / creator], library=library, defaults=Defaults(creator)
                )
        build_counts(database, "genonaut import")
        with running_api(settings, database) as client:
            yield str(client.base_url).rstrip("/")


def paint(folder: Path, count: int, lots: random.Random) -> None:
    """Write pictures as several programs write them."""
    folder.mkdir(parents=True)
    forms = [(name, form) for name, (_, forms) in CONVENTIONS.items() for form in forms]
    forms = [(name, form) for name, form in forms if form != "gif" and name != "camera"]
    for number, (program, form) in enumerate(islice(cycle(forms), count), 1):
        shot = _shot(lots)
        image = scene(shot.width, shot.height, shot.seed)
        path = folder / f"{number:05}-{shot.seed}.{form}"
        save(path, form, image, CONVENTIONS[program][0](shot))
        made = time.time() - lots.uniform(0.1, 40) * DAY
        os.utime(path, (made, made))


def _shot(lots: random.Random) -> Shot:
    width, height = lots.choice(SHAPES)
    return Shot(
        prompt=f"{lots.choice(PLACES)} {lots.choice(LIGHTS)}, {lots.choice(MANNERS)}",
        negative="blurry, text, frame",
        seed=lots.randrange(2**32),
        steps=lots.randint(18, 40),
        cfg=lots.choice((3.5, 5.0, 6.5)),
        model=lots.choice(MODELS),
        lora=lots.choice((None, ("inkwash", 0.8))),
        width=width,
        height=height,
    )


@contextmanager
def _gallery(environment: str) -> Iterator[tuple[Settings, Database]]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        Path(home).chmod(0o711)  # the server's account has to reach it
        configure_logs(LogSettings(level="warning", format="text"))
        settings = load_settings(environment).model_copy(update={"home": Path(home)})
        with open_database(settings, pool_size=settings.api.pool_size) as database:
            yield settings, database

"""A gallery that people would have: painted pictures as they come from generators, and accounts."""

import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import Final

import httpx
from PIL import Image

from docs.galleries import gallery
from genonaut.config_people import OidcSettings
from genonaut.db.counts import build_counts
from genonaut.db.session import Database
from genonaut.ingest.importer import import_paths
from genonaut.ingest.rows import Defaults
from genonaut.library.roots import Library
from genonaut.people.accounts import Accounts
from genonaut.people.audit import COMMAND
from tests.support.api import running_api
from tests.support.conventions import CONVENTIONS, Shot
from tests.support.people import ACCOUNT, PASSWORD, WRONG, hashed, with_accounts
from tests.support.pictures import save
from tests.support.scenes import scene

ADMIN: Final = "ada"
HOME: Final = OidcSettings.model_validate(
    {"name": "home", "issuer": "https://id.example.org", "client-id": "gallery"}
)
ELSEWHERE: Final = {
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 "
    "Mobile/15E148 Safari/604.1": "198.51.100.23",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0": "192.0.2.7",
}
SOME_PRIVATE: Final = "UPDATE content_items_all SET visibility = 'private' WHERE mod(id, 7) = 3"
DAY: Final = 86_400
LONG_AGO: Final = 60 * DAY
CREATORS: Final = {"ada": 34, "noor": 14}
COPIED: Final = 2
"""Pictures of each creator, of which there are smaller ones."""
RATED: Final = """
    INSERT INTO ratings (content_id, source_type, user_id, value, creator_id, visibility)
    SELECT item.id, source_type, users.id, 1 + (item.id * 7 + length(username)) % 5, creator_id,
        visibility
    FROM content_items_all AS item, users
    WHERE mod(item.id + length(username), 3) > 0 AND visibility = 'public'"""
SHAPES: Final = ((1024, 1024), (832, 1216), (1216, 832), (1344, 768), (896, 1152), (1536, 640))
PLACES: Final = ("Blue ridges", "Layered hills", "A quiet valley", "Foothills", "A mountain pass")
LIGHTS: Final = ("before a storm", "under a low sun", "in the haze of summer", "at first light")
MANNERS: Final = ("gouache on paper", "screen print, four colours", "wide angle, soft light")
MODELS: Final = ("harbour_v2", "sd_xl_base_1.0", "flux1-dev")


@contextmanager
def own(folder: Path) -> Iterator[str]:
    """The address of a gallery into which pictures were imported; they stay in the folder."""
    with gallery("dev") as (settings, database):
        for creator, count in CREATORS.items():
            paint(folder / creator, count, random.Random(creator))  # noqa: S311 - the same ones each time
            copy(folder / creator)
            with database.engine.connect() as connection:
                library = Library.of(settings)
                import_paths(
                    connection, [folder / creator], library=library, defaults=Defaults(creator)
                )
        add_people(database)
        build_counts(database, "genonaut import")
        with running_api(with_accounts(settings, oidc=[HOME]), database) as client:
            url = str(client.base_url).rstrip("/")
            sign_in_elsewhere(url)
            yield url


def add_people(database: Database) -> None:
    """Give the creators passwords, and add others; some items are private, and many rated."""
    with database.transaction() as session:
        accounts = Accounts(session, COMMAND)
        for creator in CREATORS:
            accounts.set_password(accounts.find(creator), hashed())
        accounts.set_role(accounts.find(ADMIN), "admin")
        for name in ("edsger", "grace", "katherine"):
            accounts.add(name, "member", f"{name}@example.org", hashed())
        accounts.disable(accounts.find("edsger"))
        session.connection().exec_driver_sql(SOME_PRIVATE)
        session.connection().exec_driver_sql(RATED.replace("%", "%%"))


def sign_in_elsewhere(url: str) -> None:
    """The administrator's other browsers, and one that fails."""
    for agent, address in ELSEWHERE.items():
        headers = {"User-Agent": agent, "X-Forwarded-For": address}
        for password in (PASSWORD, WRONG):
            sent = {"username": ADMIN, "password": password}
            httpx.post(f"{url}{ACCOUNT}/sign-in", json=sent, headers=headers)


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


def copy(folder: Path) -> None:
    """Write some pictures once more, smaller and in other formats, as for a web page."""
    for path in sorted(folder.glob("*.png"))[:COPIED]:
        with Image.open(path) as image:
            small = image.convert("RGB").resize((image.width // 2, image.height // 2))
            large = path.with_name(f"{path.stem}-web.jpg")
            image.convert("RGB").save(large, quality=85)
        smaller = path.with_name(f"{path.stem}-small.webp")
        small.save(smaller, quality=80)
        for made in (large, smaller):  # so that they are not the first that is seen
            os.utime(made, (time.time() - LONG_AGO, time.time() - LONG_AGO))


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

"""What `genonaut up` says when it is ready, and when it has stopped.

What visitors may do stands above that, for `genonaut api` says it too: see `exposure.py`.
"""

from dataclasses import dataclass

from genonaut.config import Settings
from genonaut.hints import IMPORT, typed

LITE = "no broker, worker or Flower: the API refreshes and folds"


@dataclass(frozen=True)
class Ready:
    """A gallery that is served: where, and whether it still needs its first administrator.

    `flower` says where Flower is, or why it is not.
    """

    settings: Settings
    where: str
    flower: str | None
    needs_admin: bool

    def rows(self) -> list[tuple[str, str]]:
        """What a person who just started it wants to know, by headings."""
        return [
            ("Gallery", self.where),
            ("API", f"{self.where}/docs"),
            *([("Flower", self.flower)] if self.flower else []),
            *([("Lite", LITE)] if self.settings.lite else []),
            ("Sign in", self._sign_in()),
            ("Add pictures", typed(IMPORT)),
            ("Data", data_place(self.settings)),
            ("Stop", "Ctrl-C; the data stays"),
        ]

    def _sign_in(self) -> str:
        if self.settings.auth.mode == "open":
            return "not needed: there is no login"
        if self.settings.auth.mode == "header":
            return "by the proxy in front"
        if self.needs_admin:
            return "with the link below, which makes you the administrator"
        return f"{self.where}/gallery/sign-in"


def openable(where: str) -> str:
    """An address that a browser of this machine can open: those that mean *any* are none."""
    return where.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")


def data_place(settings: Settings) -> str:
    """Where the data is: the folder of the embedded servers, or the named database."""
    if settings.db.is_embedded:
        return str(settings.home)
    url = settings.db.server_url()
    host = url.host or str(url.query.get("host", ""))
    where = "this machine" if not host or host.startswith("/") else host.replace(",", ", ")
    place = f"the database {url.database} at {where}"
    return f"{place}; pictures in {settings.library.folder or settings.home / 'library'}"

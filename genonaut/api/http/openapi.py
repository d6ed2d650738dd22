"""The description of the API, and in it what each operation takes: a token or a session."""

import re
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from genonaut.api.http.cookies import SESSION
from genonaut.api.http.guarded_routes import GuardedRoute

_SCHEMES: Final = {
    "token": {"type": "http", "scheme": "bearer", "description": "A token, as in `gno_...`."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": SESSION["http"],
        "description": f"A browser's session. With https its cookie is `{SESSION['https']}`.",
    },
}
_SERVERS: Final = [{"url": "/", "description": "The gallery that this document is from."}]
_LICENSE: Final = {"name": "MIT", "identifier": "MIT"}
_FIRST_SENTENCE: Final = re.compile(r".+?\.(?=\s|$)")
_NOTHING: Final[dict[str, list[str]]] = {}
_EITHER: Final[list[dict[str, list[str]]]] = [{"token": []}, {"session": []}]
_TAKES: Final = {
    "public": [],
    "visitor": [_NOTHING, *_EITHER],
    "operator": [_NOTHING, *_EITHER],
    "member": _EITHER,
    "admin": _EITHER,
    "own": _EITHER[1:],
}


def operation_id(route: APIRoute) -> str:
    """What generated clients call the operation: the name of its function, which is fixed."""
    return route.name


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            tags=app.openapi_tags,
            servers=_SERVERS,
            license_info=_LICENSE,
        )
        made["components"]["securitySchemes"] = _SCHEMES
        for route in iter_route_contexts(app.routes):
            guarded = route.original_route
            if isinstance(guarded, GuardedRoute) and guarded.include_in_schema:
                for method in guarded.methods or ():
                    operation = made["paths"][route.path][method.lower()]
                    operation["security"] = _TAKES[guarded.access.level]
                    operation["summary"] = _first_sentence(operation["description"])
        app.openapi_schema = made
    return app.openapi_schema


def _first_sentence(description: str) -> str:
    found = _FIRST_SENTENCE.match(description)
    return found[0] if found else description

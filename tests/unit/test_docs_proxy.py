"""The configurations of docs/reverse-proxy.md: what they close, pass on and allow."""

import json
import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase

import pytest

from tests.support.console import blocks
from tests.support.docs import ROOT, read_docs

BASE = json.loads((ROOT / "config/base.json").read_text())
CLOSED = ["/metrics", "/docs", "/docs/swagger-ui.css", "/openapi.json"]
OPEN = ["/", "/gallery", "/gallery/docs", "/health", "/api/v1/tags", "/docsearch"]
NGINX_HEADERS = {
    "Host": "$http_host",
    "X-Forwarded-Proto": "$scheme",
    "X-Forwarded-For": "$remote_addr",  # and not with what the client sent before it
}
Config = str


def closed_by_caddy(config: Config) -> Callable[[str], bool]:
    patterns = re.findall(r"@closed path (.*)\n\trespond @closed 404", config)[0].split()
    return lambda path: any(fnmatchcase(path, pattern) for pattern in patterns)


def closed_by_nginx(config: Config) -> Callable[[str], bool]:
    pattern = re.compile(re.findall(r"location ~ (\S+) \{\n +return 404;", config)[0])
    return lambda path: bool(pattern.search(path))


def caddys_faults(config: Config) -> Iterator[str]:
    yield from wrongly_closed(closed_by_caddy(config))
    yield from too_small(re.findall(r"max_size (\d+)MiB", config))
    if f"\treverse_proxy {_upstream()}\n" not in config:
        yield "it does not lead to the API"


def nginxs_faults(config: Config) -> Iterator[str]:
    yield from wrongly_closed(closed_by_nginx(config))
    yield from too_small(re.findall(r"client_max_body_size (\d+)m;", config))
    if f" proxy_pass http://{_upstream()};" not in config:
        yield "it does not lead to the API"
    sent = dict(re.findall(r"proxy_set_header (\S+) (\S+);", config))
    if sent != NGINX_HEADERS:
        yield f"it sends {sent}"
    if config.count("{") != config.count("}"):
        yield "a block has no end"


def wrongly_closed(is_closed: Callable[[str], bool]) -> Iterator[str]:
    yield from (f"{path} is open" for path in CLOSED if not is_closed(path))
    yield from (f"{path} is closed" for path in OPEN if is_closed(path))


def too_small(limits: list[str]) -> Iterator[str]:
    if len(limits) != 1 or int(limits[0]) <= BASE["library"]["upload-mebibytes"]:
        yield f"an upload is larger than {limits}"


def _upstream() -> str:
    return f"{BASE['api']['host']}:{BASE['api']['port']}"


PROXIES = {"caddy": caddys_faults, "nginx": nginxs_faults}
ERRORS = {
    "caddy": [(" /docs/*", ""), ("1100MiB", "1024MiB"), ("8001", "8002")],
    "nginx": [
        ("|docs/.*", ""),
        (r"openapi\.json)$", r"openapi\.json)"),
        ("1100m", "1m"),
        ("8001", "8002"),
        ("$remote_addr;", "$proxy_add_x_forwarded_for;"),
        ("Host $http_host", "Host $proxy_host"),
    ],
}


def config_of(proxy: str) -> Config:
    [config] = blocks(read_docs()["docs/reverse-proxy.md"], proxy).values()
    return config


@pytest.mark.parametrize("proxy", PROXIES)
def test_the_configuration_does_what_a_proxy_has_to(proxy: str) -> None:
    assert list(PROXIES[proxy](config_of(proxy))) == []


@pytest.mark.parametrize(
    ("proxy", "right", "wrong"),
    [(proxy, *error) for proxy, errors in ERRORS.items() for error in errors],
)
def test_an_error_in_it_is_found(proxy: str, right: str, wrong: str) -> None:
    config = config_of(proxy)
    assert right in config, "plant another error: this text is no longer there"
    assert list(PROXIES[proxy](config.replace(right, wrong))) != []

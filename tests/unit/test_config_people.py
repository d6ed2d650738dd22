"""The settings of providers and of a proxy: which are taken, and what is said of the others."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from genonaut.config import Settings, load_settings
from genonaut.errors import ConfigError

CHECKOUT = Path(__file__).parents[2]
SECRET = "Geheim-0123456789"
PROVIDER = {"name": "home", "issuer": "https://id.example.org", "client-id": "gallery"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(CHECKOUT / "config", tmp_path / "config")
    monkeypatch.setenv("GENONAUT_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("AUTH_MODE", "accounts")
    return tmp_path / "config"


def load(folder: Path, **auth: Any) -> Settings:
    (folder / "test.json").write_text(json.dumps({"auth": auth}))
    return load_settings("test")


def complaint(folder: Path, **auth: Any) -> str:
    with pytest.raises(ConfigError) as raised:
        load(folder, **auth)
    assert "\n" not in str(raised.value)
    assert SECRET not in str(raised.value)
    return str(raised.value)


def test_a_provider_needs_three_settings(folder: Path) -> None:
    (provider,) = load(folder, oidc=[PROVIDER]).auth.oidc
    assert (provider.scopes, provider.username_claim) == (
        ["openid", "profile"],
        "preferred_username",
    )
    assert (provider.registers, provider.admin_group, provider.client_secret) == (
        False,
        None,
        None,
    )


@pytest.mark.parametrize(
    "issuer",
    [
        "https://accounts.google.com",
        "https://auth.example.org/application/o/gallery/",
        "https://id.example.org:8443/realms/home",
        "http://127.0.0.1:9400",
        "http://localhost:9400/",
        "http://[::1]:9400",
    ],
)
def test_issuers_are_https_or_loopback(folder: Path, issuer: str) -> None:
    assert load(folder, oidc=[PROVIDER | {"issuer": issuer}]).auth.oidc[0].issuer == issuer


@pytest.mark.parametrize(
    "issuer",
    [
        "http://id.example.org",
        "http://127.0.0.1.example.org",
        "http://192.168.1.2",
        "https://user:password@id.example.org",
        "https://id.example.org?a=b",
        "https://id.example.org#a",
        "https://",
        "https://id.example.org:port",
        "ftp://id.example.org",
        "id.example.org",
        "",
    ],
)
def test_other_issuers_are_not(folder: Path, issuer: str) -> None:
    said = complaint(folder, oidc=[PROVIDER | {"issuer": issuer}])
    assert said.startswith(f"auth.oidc[0].issuer is wrong: {issuer!r}, from {folder}/test.json; ")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"name": "Home Sweet"}, "auth.oidc[0].name is wrong: 'Home Sweet', from "),
        ({"name": "../x"}, "auth.oidc[0].name is wrong"),
        ({"client-id": ""}, "auth.oidc[0].client-id is wrong: ''"),
        ({"scopes": ["profile"]}, "auth.oidc[0].scopes is wrong: ['profile'], from "),
        ({"register": "perhaps"}, "auth.oidc[0].register is wrong: 'perhaps'"),
        ({"isuer": 1}, "auth.oidc[0].isuer in "),
    ],
)
def test_a_wrong_setting_is_named_with_its_place(
    folder: Path, more: dict[str, Any], said: str
) -> None:
    assert said in complaint(folder, oidc=[PROVIDER | more])


def test_a_missing_setting_is_named_with_its_file(folder: Path) -> None:
    said = complaint(folder, oidc=[{"name": "home", "client-id": "gallery"}])
    assert said == (f"The setting auth.oidc[0].issuer is missing: add it to {folder}/test.json.")


def test_two_providers_have_two_names(folder: Path) -> None:
    assert "two providers have the same name" in complaint(folder, oidc=[PROVIDER, PROVIDER])
    other = PROVIDER | {"name": "work"}
    assert len(load(folder, oidc=[PROVIDER, other]).auth.oidc) == 2


@pytest.mark.parametrize("oidc", ["x", {"name": "home"}, ["x"], [None], 7, [[PROVIDER]]])
def test_what_is_no_list_of_providers_is_refused(folder: Path, oidc: object) -> None:
    assert "auth.oidc" in complaint(folder, oidc=oidc)


# Secrets


def test_the_secret_comes_from_the_environment_by_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OIDC_AT_WORK_CLIENT_SECRET", SECRET)
    settings = load(folder, oidc=[PROVIDER, PROVIDER | {"name": "at-work"}])
    home, work = settings.auth.oidc
    assert home.client_secret is None
    assert work.client_secret is not None
    assert work.client_secret.get_secret_value() == SECRET
    assert SECRET not in repr(settings) + settings.model_dump_json()


@pytest.mark.parametrize("by_variable", [True, False])
def test_or_from_a_file_of_its_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch, by_variable: bool
) -> None:
    file = folder.parent / "secret"
    file.write_text(f"{SECRET}\n")
    more = {} if by_variable else {"client-secret-file": str(file)}
    if by_variable:
        monkeypatch.setenv("OIDC_HOME_CLIENT_SECRET_FILE", str(file))
    (provider,) = load(folder, oidc=[PROVIDER | more]).auth.oidc
    assert provider.client_secret is not None
    assert provider.client_secret.get_secret_value() == SECRET


@pytest.mark.parametrize("content", [None, b"", b"\n", b"x" * 5000, b"\xff\xfe"])
def test_a_file_without_a_secret_is_named(folder: Path, content: bytes | None) -> None:
    file = folder.parent / "secret"
    if content is not None:
        file.write_bytes(content)
    said = complaint(folder, oidc=[PROVIDER | {"client-secret-file": str(file)}])
    assert "auth.oidc has a client-secret-file that" in said
    assert str(file) in said


def test_no_secret_is_in_the_settings_files(folder: Path) -> None:
    said = complaint(folder, oidc=[PROVIDER | {"client-secret": SECRET}])
    assert said == (
        f"auth.oidc has a client-secret in {folder}/test.json: remove it, and set "
        "OIDC_HOME_CLIENT_SECRET in the environment."
    )


# The proxy


def test_a_proxy_is_an_address_a_network_or_the_socket(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxies = ["127.0.0.1", "10.0.0.0/8", "2001:db8::/32", "::1", "unix"]
    assert load(folder, mode="header", header={"proxies": proxies}).auth.header.proxies == proxies
    monkeypatch.setenv("AUTH_HEADER_PROXIES", "127.0.0.1, unix")
    monkeypatch.setenv("AUTH_HEADER_ADMIN_GROUP", "admins")
    header = load(folder).auth.header
    assert (header.proxies, header.admin_group) == (["127.0.0.1", "unix"], "admins")


@pytest.mark.parametrize(
    "proxy", ["proxy.example.org", "*", "0.0.0.0/0", "::/0", "10.0.0.1/8", "", "127.0.0.1:80"]
)
def test_other_proxies_are_refused(folder: Path, proxy: str) -> None:
    said = complaint(folder, header={"proxies": [proxy]})
    assert said.startswith("auth.header.proxies is wrong: ")


@pytest.mark.parametrize("name", ["", "Remote User", "Remote_User", "a:b", "ü", "x" * 65])
def test_a_header_has_the_name_of_one(folder: Path, name: str) -> None:
    assert "auth.header.user is wrong" in complaint(folder, header={"user": name})


def test_a_mode_without_a_proxy_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTH_MODE", "header")
    assert complaint(folder).startswith(
        "auth.mode (AUTH_MODE) is header, but auth.header.proxies (AUTH_HEADER_PROXIES) names no "
    )

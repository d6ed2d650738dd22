"""The database's address: what is shown of it, and that no password is sent in clear."""

from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import URL

from genonaut.config_servers import parse_url
from genonaut.db.address import (
    as_uri,
    connection_arguments,
    embedded_url,
    for_programs,
    guarded,
    take_secrets,
    with_password,
)

SECRET = "open sesame/+&%"
ENCODED = "open%20sesame%2F%2B%26%25"
WITH_SECRETS = [
    f"postgresql://ada:{ENCODED}@here:5433/gallery",
    f"postgresql://ada@here/gallery?password={ENCODED}",
    f"postgresql://here/gallery?sslcert=a.pem&sslpassword={ENCODED}&user=ada",
    f"postgresql://ada:{ENCODED}@here/gallery?password={ENCODED}&sslpassword={ENCODED}",
    f"postgresql://ada@here/gallery?oauth_client_secret={ENCODED}",
    f"postgresql:///gallery?host=/a%20b&password={ENCODED}",
]


@pytest.fixture(autouse=True)
def _no_libpq_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGSSLMODE", "PGREQUIREAUTH"):
        monkeypatch.delenv(name, raising=False)


def secrets_in(text: str) -> bool:
    return any(spelled in text for spelled in (SECRET, ENCODED, "sesame"))


@pytest.mark.parametrize("text", WITH_SECRETS)
def test_no_secret_is_shown_unless_it_is_wanted(text: str) -> None:
    url = guarded(parse_url(text))
    assert not secrets_in(as_uri(url, secrets=False))
    assert "***" in as_uri(url, secrets=False)
    assert conninfo_to_dict(as_uri(url, secrets=True)) == conninfo_to_dict(text)


@pytest.mark.parametrize("text", WITH_SECRETS)
def test_secrets_are_taken_out_and_everything_else_stays(text: str) -> None:
    plain, secrets = take_secrets(parse_url(text))
    assert set(secrets.values()) == {SECRET}
    assert not secrets_in(plain.render_as_string(hide_password=False))
    assert conninfo_to_dict(as_uri(plain, secrets=True)) | secrets == conninfo_to_dict(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("postgresql://ada:x@here/g", "!password"),
        ("postgresql://ada:x@here/g?sslmode=prefer", "!password"),
        ("postgresql://ada:x@here/g?sslmode=disable", "!password"),
        ("postgresql://ada:x@/g?host=/run/postgresql", "!password"),
        ("postgresql://ada:x@here/g?sslmode=require", None),
        ("postgresql://ada:x@here/g?sslmode=verify-ca", None),
        ("postgresql://ada:x@here/g?sslmode=verify-full", None),
        ("postgresql://ada:x@here/g?require_auth=password", "password"),
        ("postgresql://ada:x@here/g?require_auth=scram-sha-256&sslmode=require", "scram-sha-256"),
    ],
)
def test_a_password_is_never_sent_in_clear_unless_there_is_tls_or_the_operator_says_so(
    text: str, wanted: str | None
) -> None:
    assert connection_arguments(guarded(parse_url(text))).get("require_auth") == wanted


@pytest.mark.parametrize(
    ("variable", "value"), [("PGSSLMODE", "verify-full"), ("PGREQUIREAUTH", "password")]
)
def test_what_the_operator_says_by_a_variable_counts_as_well(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert "require_auth" not in guarded(parse_url("postgresql://ada:x@here/g")).query


@pytest.fixture
def embedded(tmp_path: Path) -> URL:
    """In a home whose path has what URLs are encoded for."""
    home = tmp_path / "a b+c&d"
    home.mkdir()
    (home / "pgpass").write_text("*:*:*:genonaut:the-password\n")
    names = {"port": 5432, "user": "genonaut", "require_auth": "scram-sha-256", "options": ""}
    return embedded_url(
        {"host": str(home / "data"), "passfile": str(home / "pgpass")} | names, "genonaut_test"
    )


def test_other_programs_get_the_embedded_address_as_they_know_it(embedded: URL) -> None:
    shown = conninfo_to_dict(as_uri(for_programs(embedded), secrets=False))
    assert shown == {
        "host": embedded.query["host"],
        "port": "5432",
        "user": "genonaut",
        "dbname": "genonaut_test",
        "passfile": embedded.query["passfile"],
    }
    shown = conninfo_to_dict(as_uri(with_password(for_programs(embedded)), secrets=True))
    assert shown["password"] == "the-password"
    assert "passfile" not in shown


def test_every_connection_proves_itself_and_demands_a_proof(embedded: URL) -> None:
    assert connection_arguments(embedded)["require_auth"] == "scram-sha-256"

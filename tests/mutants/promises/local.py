"""Promises about the machine's other users, and about servers whose files were damaged."""

from typing import Final

from tests.mutants.mutant import Mutant

MUTANTS: Final = (
    Mutant(
        "a link that was put in an image's place is not followed",
        "genonaut/library/files.py",
        "os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC",
        "os.O_PATH | os.O_CLOEXEC",
        "tests/unit/test_web_files.py::test_a_link_that_is_put_there_a_moment_later_is_not_followed",
    ),
    Mutant(
        "the embedded server listens at no port",
        "genonaut/embedded/postgres.py",
        '"listen_addresses": ""',
        '"listen_addresses": "127.0.0.1"',
        "tests/system/test_embedded.py::test_it_listens_at_no_port",
    ),
    Mutant(
        "the application's role is no superuser",
        "genonaut/embedded/entry.py",
        "LOGIN CREATEDB NOSUPERUSER",
        "LOGIN CREATEDB SUPERUSER",
        "tests/system/test_embedded.py::test_the_role_of_the_application_is_no_superuser",
    ),
    Mutant(
        "no role puts a counting function on a table of its own",
        "genonaut/db/rights.py",
        "'REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC'",
        "'GRANT EXECUTE ON FUNCTION %s TO PUBLIC'",
        "tests/integration/test_roles.py::test_what_the_application_cannot_do",
    ),
    Mutant(
        "the application only reads the counts",
        "genonaut/db/rights.py",
        'readers = {"app": READ, "read": READ}',
        'readers = {"app": WRITE, "read": READ}',
        "tests/integration/test_roles.py::test_what_the_application_cannot_do",
    ),
    Mutant(
        "no password is sent in clear without TLS",
        "genonaut/db/address.py",
        'NOT_IN_CLEAR = "!password"',
        'NOT_IN_CLEAR = "!none"',
        "tests/system/test_secrets.py::test_a_thief_at_the_port_of_a_named_server_gets_no_password",
    ),
    Mutant(
        "a password among a URL's parameters is not shown",
        "genonaut/db/address.py",
        "secret(each) if name in SECRETS else quote(each)",
        "quote(each)",
        "tests/unit/test_address.py::test_no_secret_is_shown_unless_it_is_wanted",
    ),
    Mutant(
        "data that is away is not replaced",
        "genonaut/embedded/data_folder.py",
        "    _refuse_to_replace(folder)\n    return False",
        "    return False",
        "tests/system/test_spoiled_homes.py::test_the_sentence_says_how_to_start_from_nothing",
    ),
    Mutant(
        "a stale process id does not keep the server from starting",
        "genonaut/embedded/postgres.py",
        "        remove_stale_pid(self.folder.data)\n",
        "",
        "tests/system/test_spoiled_homes.py::test_a_stale_process_id_does_not_keep_it_from_starting",
    ),
    Mutant(
        "the reason of a failed start is of that start",
        "genonaut/embedded/keeper.py",
        "before = self.server.folder.log_size()",
        "before = 0",
        "tests/system/test_spoiled_homes.py::test_the_reason_is_of_this_start_and_no_earlier_one",
    ),
    Mutant(
        "a broken broker starts without its files",
        "genonaut/embedded/keeper.py",
        "(self.server.set_data_aside() and self._attempt())",
        "self._attempt()",
        "tests/system/test_spoiled_homes.py::test_a_broken_broker_starts_without_its_files",
    ),
    Mutant(
        "a log that others could read is closed to them",
        "genonaut/embedded/private.py",
        "if about.st_mode & 0o077:",
        "if about.st_mode & 0o7000:",
        "tests/system/test_local_users.py::test_what_users_write_does_not_reach_the_log",
    ),
    Mutant(
        "the log has no statement that failed",
        "genonaut/embedded/postgres.py",
        '"log_min_error_statement": "panic"',
        '"log_min_error_statement": "error"',
        "tests/system/test_local_users.py::test_what_users_write_does_not_reach_the_log",
    ),
    Mutant(
        "a lease is a lock that no cleaner of old files deletes",
        "genonaut/embedded/keeper.py",
        "self.users = FolderLock(server.folder.path)",
        'self.users = FileLock(server.folder.path / "users.lock")',
        "tests/system/test_spoiled_homes.py::test_an_api_keeps_its_server_when_the_files_around_it_are_deleted",
    ),
    Mutant(
        "data of nobody is refused",
        "genonaut/embedded/account.py",
        'UNSAFE = {"nobody", "nfsnobody"}',
        'UNSAFE = {"nfsnobody"}',
        "tests/system/test_accounts.py::test_data_of_nobody_is_refused_with_the_command_that_mends_it",
    ),
    Mutant(
        "each start has a password of its own",
        "genonaut/embedded/administration.py",
        "secrets.token_urlsafe(24) for role",
        'secrets.token_urlsafe(0) or "a-password" for role',
        "tests/system/test_secrets.py::test_each_start_has_a_password_of_its_own",
    ),
    Mutant(
        "a login of Flower has a password",
        "genonaut/config_secrets.py",
        "if not (name.strip() and password):",
        "if not name.strip():",
        "tests/unit/test_config.py::test_a_secret_that_makes_no_sense_is_refused_without_showing_it",
    ),
    Mutant(
        "a wrong address of a broker is refused without its password",
        "genonaut/config_secrets.py",
        'raise ValueError("its host or its port is not valid") from None',
        "raise",
        "tests/unit/test_config.py::test_a_secret_that_makes_no_sense_is_refused_without_showing_it",
    ),
)

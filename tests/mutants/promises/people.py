"""Promises about who sends a request, what that allows, and who sees what is private."""

from typing import Final

from tests.mutants.mutant import Mutant

MUTANTS: Final = (
    Mutant(
        "a session that was ended is refused at once",
        "genonaut/people/sessions.py",
        "ended = self._session.execute(delete(UserSession).where(*mine).returning(UserSession.id))",
        "ended = self._session.execute(select(UserSession.id).where(*mine))",
        "tests/integration/people/test_sessions_and_tokens.py::test_a_session_is_known_to_every_server_and_so_is_its_end",
    ),
    Mutant(
        "an expired session is refused",
        "genonaut/people/sql/people.sql",
        "AND sessions.expires_at > now() AND users.disabled_at IS NULL",
        "AND users.disabled_at IS NULL",
        "tests/integration/people/test_sessions_and_tokens.py::test_a_session_slides_and_expires",
    ),
    Mutant(
        "an expired token is refused",
        "genonaut/people/sql/people.sql",
        "AND (api_tokens.expires_at IS NULL OR api_tokens.expires_at > now())",
        "AND true",
        "tests/integration/people/test_sessions_and_tokens.py::test_an_expired_token_is_refused",
    ),
    Mutant(
        "a token that was revoked is refused at once",
        "genonaut/people/tokens.py",
        "gone = self._session.scalars(those.returning(ApiToken)).one_or_none()",
        "gone = self._session.get(ApiToken, token_id)",
        "tests/integration/people/test_sessions_and_tokens.py::test_a_token_is_known_to_every_server_and_so_is_its_end",
    ),
    Mutant(
        "a token that reads changes nothing",
        "genonaut/api/http/access.py",
        '"read" if request.method in SAFE else "write"',
        '"read"',
        "tests/integration/people/test_matrix.py::test_who_may_use_each_route[admin-token-read]",
    ),
    Mutant(
        "a scope never widens a role",
        "genonaut/people/identity.py",
        "SCOPES.index(scope), SCOPES.index(widest_scope(role))",
        "SCOPES.index(scope), 2",
        "tests/unit/test_people.py::test_a_scope_narrows_a_role_and_never_widens_it",
    ),
    Mutant(
        "a member changes own items only",
        "genonaut/api/services/ownership.py",
        "any(creator != identity.user_id for creator in creators)",
        "all(creator != identity.user_id for creator in [])",
        "tests/integration/people/test_ownership.py::test_an_item_is_changed_and_deleted_by_its_creator_and_administrators",
    ),
    Mutant(
        "a link is void as soon as there is an administrator",
        "genonaut/people/by_link.py",
        "if self.has_admin():\n            raise NotFoundError",
        "if False:\n            raise NotFoundError",
        "tests/integration/people/test_links_and_admins.py::test_a_link_is_void_as_soon_as_there_is_an_administrator",
    ),
    Mutant(
        "an expired link is refused",
        "genonaut/people/links.py",
        "OneTimeLink.expires_at > func.now(),",
        "",
        "tests/integration/people/test_links_and_admins.py::test_a_link_that_has_expired_makes_no_administrator",
    ),
    Mutant(
        "five attempts with an account fail in a minute",
        "genonaut/people/failures.py",
        "if recent.of_account >= MOST_BY_ACCOUNT:",
        "if False:",
        "tests/integration/people/test_signing_in.py::test_five_failures_a_minute_and_not_one_more_however_many_come_at_once",
    ),
    Mutant(
        "attempts at once are counted like many in a row",
        "genonaut/people/failures.py",
        'self._session.execute(SQL["take_turns"], {"address": given["address"]})',
        "pass",
        "tests/integration/people/test_signing_in.py::test_five_failures_a_minute_and_not_one_more_however_many_come_at_once",
    ),
    Mutant(
        "the header of a client that is no proxy is ignored",
        "genonaut/api/http/proxied.py",
        'if not self._peers.include(request.scope["state"]):',
        "if False:",
        "tests/integration/test_proxied.py::test_the_header_of_another_client_is_ignored_and_logged",
    ),
    Mutant(
        "what is forwarded makes no proxy",
        "genonaut/api/http/proxied.py",
        'if not self._peers.include(request.scope["state"]):',
        'if not self._peers.include({"peer": request.client and request.client.host}):',
        "tests/integration/test_proxied.py::test_what_is_forwarded_makes_no_proxy",
    ),
    Mutant(
        "a token of another sign-in is refused",
        "genonaut/people/oidc/claims.py",
        '"nonce": expected.nonce,',
        '"nonce": read.claims.get("nonce"),',
        "tests/integration/oidc/test_tokens.py::test_a_token_with_a_wrong_claim_is_refused",
    ),
    Mutant(
        "a wrong state signs in no user",
        "genonaut/people/oidc/begun.py",
        'return hmac.compare_digest(given.encode(errors="replace"), self.state.encode())',
        "return bool(given)",
        "tests/integration/oidc/test_coming_back.py::test_a_wrong_state_signs_in_no_user",
    ),
    Mutant(
        "a private item is in no list of others",
        "genonaut/content/viewer.py",
        "yield rows.visibility == PUBLIC",
        "yield rows.visibility != ''",
        "tests/integration/pages/test_private.py::test_it_is_in_nothing_that_others_are_shown",
    ),
    Mutant(
        "a private item has no address for others",
        "genonaut/content/viewer.py",
        "yield or_(rows.visibility == PUBLIC, rows.creator_id == viewer.user_id)",
        "return",
        "tests/integration/pages/test_private.py::test_others_find_nothing_by_its_address",
    ),
    Mutant(
        "others' private items are not counted",
        "genonaut/content/viewer.py",
        "counts[None, source] = everything.counts[None, source] - hidden",
        "counts[None, source] = everything.counts[None, source]",
        "tests/integration/pages/test_private.py::test_it_is_in_nothing_that_others_are_shown",
    ),
)

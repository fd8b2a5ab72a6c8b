"""Accounts on a real file: what is kept of secrets, how long doors stay shut, and a trail that nobody changes."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.errors import StoreError
from dashboards.accounts.attempts import Attempts
from dashboards.accounts.database import Database
from dashboards.accounts.passwords import hashed, matches
from dashboards.accounts.people import SESSION, People
from dashboards.accounts.roles import ALLOWED, May, Role
from dashboards.accounts.seals import LASTS, holds, seal

NOW = 1_800_000_000_000
WORD = "correct horse battery"


@pytest.fixture
def people(tmp_path):
    with Database(tmp_path / "accounts.db") as database:
        made = People(database)
        made.add("services-techniques", [Role.EXPLOITATION], WORD, NOW)
        yield made


def test_only_the_right_password_opens_and_none_is_kept(people):
    assert people.check("services-techniques", WORD).may(May.OPERATE)
    assert people.check("services-techniques", WORD + "x") is None
    assert people.check("nobody", WORD) is None
    assert matches(WORD, hashed(WORD))
    assert hashed(WORD) != hashed(WORD)
    with pytest.raises(ValueError, match="12"):
        people.add("x", [Role.ADMIN], "short", NOW)


def test_no_secret_stands_in_the_file(people, tmp_path):
    secrets = [
        people.begin("services-techniques", NOW),
        people.grant("services-techniques", May.SEE_OPERATIONS, NOW, 1),
    ]
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert not any(secret.encode() in raw for secret in (*secrets, WORD))
    assert (tmp_path / "accounts.db").stat().st_mode & 0o077 == 0


def test_a_session_lasts_a_working_day_and_ends_with_its_account(people):
    secret = people.begin("services-techniques", NOW)
    assert people.of_session(secret, NOW + SESSION - 1).name == "services-techniques"
    assert people.of_session(secret, NOW + SESSION) is None
    assert people.of_session("made up", NOW) is None
    assert people.remove("services-techniques")
    assert people.of_session(secret, NOW) is None


def test_a_token_may_no_more_than_its_account_and_ends(people):
    with pytest.raises(ValueError, match="may not"):
        people.grant("services-techniques", May.INSTRUCT, NOW, 1)
    secret = people.grant("services-techniques", May.SEE_OPERATIONS, NOW, 1)
    assert people.of_token(secret, NOW).scope is May.SEE_OPERATIONS
    assert people.of_token(secret, NOW + 86_400_000) is None
    people.add("services-techniques", [Role.PRODUCTEUR], WORD, NOW)
    assert people.of_token(secret, NOW) is None
    assert people.revoke(people.tokens()[0].id)
    assert people.tokens() == []


def test_a_hundred_guesses_at_once_are_one(people):
    def guess(_n: int) -> int:
        with Database(people.database.path) as database:
            return Attempts(database).wait("name:admin", NOW)

    with ThreadPoolExecutor(8) as threads:
        waits = list(threads.map(guess, range(40)))
    assert waits.count(0) == 1


@given(st.integers(1, 40))
def test_a_guesser_gets_a_dozen_tries_a_day_and_no_more(tries):
    attempts = Attempts(None)
    waited = sum(attempts.pause(n) for n in range(1, tries + 1))
    assert waited >= (2 ** min(tries, 9) - 1) * 1000
    assert attempts.pause(40) == 300_000


def test_the_trail_is_never_changed(people):
    people.note("services-techniques", "sign-in", "", NOW)
    for change in ("UPDATE trail SET who = 'x'", "DELETE FROM trail"):
        with pytest.raises(sqlite3.IntegrityError):
            people.database.sql.execute(change)
    assert people.trail()[0][1:3] == ("services-techniques", "sign-in")


@given(
    st.binary(min_size=1, max_size=40), st.text(max_size=20), st.integers(0, 2**45), st.integers(-(10**6), 2 * LASTS)
)
def test_a_seal_is_of_one_visitor_and_for_a_while(key, visitor, now, later):
    made = seal(key, visitor, now)
    assert holds(made, key, visitor, now + later) == (-60_000 <= later < LASTS)
    assert not holds(made, key, visitor + "x", now)
    assert not holds(made, key + b"x", visitor, now)
    assert not holds(made[:-1], key, visitor, now)


@given(st.text(max_size=100))
def test_no_text_of_a_stranger_is_a_seal(text):
    assert not holds(text, b"key", "", NOW)


def test_the_file_of_another_program_is_left_alone(tmp_path):
    sqlite3.connect(tmp_path / "x.db").execute("CREATE TABLE t (a)").connection.close()
    with pytest.raises(StoreError, match="another program"):
        Database(tmp_path / "x.db")


def test_every_role_has_its_line_and_only_the_register_sees_drafts():
    assert set(ALLOWED) == set(Role)
    assert {role for role in Role if May.SEE_REGISTRY in ALLOWED[role]} == {Role.REGISTRE, Role.ADMIN}

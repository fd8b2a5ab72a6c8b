"""Packed numbers: the same float64 comes back through SQL, and what registers give is small."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.store.decimals import packed, unpacked

DIGITS = st.tuples(st.integers(-(10**13), 10**13), st.integers(0, 4)).map(lambda n: n[0] / 10 ** n[1])


@pytest.fixture(scope="module")
def database():
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (x)")
    yield connection
    connection.close()


def through(database, value):
    database.execute("DELETE FROM t")
    database.execute("INSERT INTO t VALUES (?)", packed([value]))
    return database.execute(f"SELECT {unpacked('x')} FROM t").fetchone()[0]


@given(value=DIGITS | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53))
def test_each_number_comes_back_as_the_same_float64(database, value):
    back = through(database, value)
    assert type(back) is float
    assert back == value


def test_missing_stays_missing(database):
    assert through(database, None) is None


@pytest.mark.parametrize(
    ("value", "kept"),
    [(14470.0, 57880), (612.3, 24493), (49.99, 19998), (-0.997, -3985), (0.1 + 0.2, 0.1 + 0.2), (0.0, 0)],
)
def test_the_digits_of_registers_become_small_whole_numbers(value, kept):
    assert packed([value]) == [kept]


def test_the_view_shows_people_plain_numbers(tmp_path):
    from collector.sample import Sample
    from collector.store.sqlite import SqliteStore

    store = SqliteStore(tmp_path / "store.db")
    store.write([Sample("roof/inv-1", 1000, {"pac": 612.3, "state": "mppt", "soc": None})])
    row = store._connection.execute('SELECT device, time, "pac", "state", "soc" FROM reading_1').fetchone()
    assert row == ("roof/inv-1", 1000, 612.3, "mppt", None)
    store.close()

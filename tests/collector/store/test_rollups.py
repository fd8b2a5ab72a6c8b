"""What both stores promise of rollups."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.sample import Sample
from collector.store import open_store
from collector.store.influx_rollups import POINTS_AT_ONCE
from config.kwh import ROLLUP_NUMBERS, ROLLUP_TEXTS, Basis, EnergyStatus, ExpectedBasis, Step, Subject

DAY = 86_400_000
START = 1_774_738_800_000  # 2026-03-29 in Loos-en-Gohelle: the day has 23 hours
QUARTER = 900_000
VALUES = [*ROLLUP_NUMBERS, *ROLLUP_TEXTS]


def row(subject="école/sud d'or", time=START, kind=Subject.ROOF, **values):
    return {"kind": kind, "subject": subject, "time": time} | dict.fromkeys(VALUES) | values


def rows(*given):
    frame = pd.DataFrame(list(given), columns=["kind", "subject", "time", *VALUES])
    return frame.astype(dict.fromkeys(ROLLUP_NUMBERS, float))


def everything(store, step=Step.DAY, kind=Subject.ROOF, subjects=None, columns=None):
    return store.read_rollups(step, kind, subjects, 0, 2**62, columns)


FULL = {
    "energy": 41200.25, "expected": 0.1 + 0.2, "expected_low": 0.0, "expected_high": 1e9, "insolation": 5123.4,
    "completeness": 1.0, "lost_outage": 12.5, "lost_finding": 0.0, "availability": 0.75,
    "insolation_corrected": 4987.6, "energy_dc": 42000.5, "lost_clipping": 1.25,
    "basis": Basis.METER, "status": EnergyStatus.MEASURED, "expected_basis": ExpectedBasis.FLEET,
}  # fmt: skip


def test_a_row_comes_back_as_it_was_with_plain_words(store):
    store.write_rollups(Step.DAY, rows(row(**FULL)))
    frame = everything(store)
    assert list(frame.columns) == ["subject", "time", *VALUES]
    assert frame.to_dict("records") == [{"subject": "école/sud d'or", "time": START} | FULL]
    assert {type(frame[column].iloc[0]) for column in ROLLUP_TEXTS} == {str}
    assert frame["time"].dtype == np.int64
    assert {frame[column].dtype for column in ROLLUP_NUMBERS} == {np.dtype(np.float64)}
    assert {frame[column].dtype for column in ("subject", *ROLLUP_TEXTS)} == {np.dtype(object)}


def test_what_is_missing_is_nan_or_none_and_a_row_without_any_value_exists(store):
    store.write_rollups(Step.QUARTER, rows(row(), row(time=START + QUARTER, energy=0.0, status="unknown")))
    frame = everything(store, Step.QUARTER)
    assert frame["energy"].isna().tolist() == [True, False]
    assert frame["energy"].iloc[1] == 0.0
    assert frame["expected"].isna().all()
    assert frame["status"].tolist() == [None, "unknown"]
    assert frame["basis"].tolist() == [None, None]


def test_rows_come_sorted_by_subject_and_time_within_the_span_asked_for(store):
    times = [START + n * DAY for n in (3, 0, 2, 1)]
    store.write_rollups(Step.DAY, rows(*(row(s, t, energy=float(t)) for t in times for s in ("b", "a/1", "é"))))
    frame = store.read_rollups(Step.DAY, Subject.ROOF, None, START + DAY, START + 3 * DAY)
    assert frame["subject"].tolist() == ["a/1", "a/1", "b", "b", "é", "é"]
    assert frame["time"].tolist() == [START + DAY, START + 2 * DAY] * 3
    assert frame["energy"].tolist() == frame["time"].tolist()


def test_only_the_subjects_and_columns_asked_for_are_read(store):
    store.write_rollups(Step.DAY, rows(*(row(f"site/inv-{n:03}", energy=n) for n in range(90)), row("x", kind="town")))
    wanted = ["nobody", *(f"site/inv-{n:03}" for n in range(80, 2, -1))]
    frame = everything(store, subjects=wanted, columns=["status", "energy"])
    assert list(frame.columns) == ["subject", "time", "status", "energy"]
    assert frame["energy"].tolist() == [float(n) for n in range(3, 81)]
    assert list(everything(store, subjects=[], columns=[]).columns) == ["subject", "time"]
    assert everything(store, subjects=[]).empty


def test_kinds_and_steps_are_kept_apart(store):
    store.write_rollups(Step.DAY, rows(row("x", energy=1.0), row("x", kind="site", energy=2.0)))
    store.write_rollups(Step.QUARTER, rows(row("x", energy=3.0)))
    assert everything(store)["energy"].tolist() == [1.0]
    assert everything(store, kind=Subject.SITE)["energy"].tolist() == [2.0]
    assert everything(store, Step.QUARTER)["energy"].tolist() == [3.0]
    assert everything(store, kind=Subject.TOWN).empty


def test_a_row_written_again_has_its_newest_values_and_not_one_of_the_older(store):
    store.write_rollups(Step.DAY, rows(row(**FULL), row("other", **FULL)))
    store.write_rollups(Step.DAY, rows(row(expected=2.0, status=EnergyStatus.UNKNOWN)))
    frame = everything(store, subjects=["école/sud d'or"])
    assert len(frame) == 1
    assert frame[["expected", "status"]].iloc[0].tolist() == [2.0, "unknown"]
    assert frame.drop(columns=["subject", "time", "expected", "status"]).isna().all(axis=None)
    assert everything(store, subjects=["other"])["energy"].tolist() == [41200.25]


def test_nothing_written_is_an_empty_frame_of_the_right_form(store):
    store.write_rollups(Step.DAY, rows())
    frame = everything(store)
    assert list(frame.columns) == ["subject", "time", *VALUES]
    assert (len(frame), frame["energy"].dtype, frame["time"].dtype) == (0, np.float64, np.int64)


def test_a_day_of_a_town_is_written_in_one_go(store):
    times = START + np.arange(POINTS_AT_ONCE // 10 + 7) * QUARTER
    whole = pd.concat(
        [rows(row(f"s/inv-{n}", energy=n / 4)).loc[[0] * len(times)].assign(time=times) for n in range(12)]
    )
    store.write_rollups(Step.QUARTER, whole)
    frame = everything(store, Step.QUARTER)
    assert len(frame) == len(whole) > POINTS_AT_ONCE
    assert frame.groupby("subject")["energy"].sum()["s/inv-3"] == 0.75 * len(times)


def test_rollups_and_samples_do_not_disturb_each_other(store, url):
    store.write([Sample("a", START, {"pac": 1.0})])
    store.write_rollups(Step.DAY, rows(row(**FULL)))
    store.delete_before(START + DAY)
    assert (store.count(), store.last()) == (0, {})
    assert store.check() == []
    other = open_store(url)
    assert len(everything(other)) == 1
    other.close()


@pytest.mark.parametrize(
    "bad",
    [
        rows(row()).drop(columns="insolation"),
        rows(row()).assign(more=1),
        rows(row(kind="planet")),
        rows(row(kind=None)),
        rows(row(None)),
        rows(row(7)),
        rows(row("")),
        rows(row("a\\")),
        rows(row(time=START + 1)),
        rows(row(time=-QUARTER)),
        rows(row(time=2**62)),
        rows(row()).assign(time=1.5),
        rows(row()).assign(time=pd.Timestamp(START, unit="ms")),
        rows(row(energy=np.inf)),
        rows(row(basis="rumour")),
        rows(row(status="counter")),
        rows(row(expected_basis=3)),
    ],
)
def test_a_frame_of_another_form_is_a_mistake_of_the_caller_and_nothing_is_kept(store, bad):
    good = rows(row(**FULL))
    bad = pd.concat([good, bad]) if set(bad.columns) == set(good.columns) else bad
    with pytest.raises(ValueError, match=r"."):
        store.write_rollups(Step.DAY, bad)
    assert everything(store).empty


@pytest.mark.parametrize("columns", [["energy", "energy"], ["pac"], ["kind"]])
def test_columns_that_no_rollup_has_are_a_mistake_of_the_caller(store, columns):
    with pytest.raises(ValueError, match="columns"):
        everything(store, columns=columns)


NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False).map(lambda x: x + 0.0)
ROWS = st.fixed_dictionaries(
    {name: NUMBERS for name in ROLLUP_NUMBERS}
    | {"basis": st.none() | st.sampled_from(Basis), "status": st.none() | st.sampled_from(EnergyStatus)}
    | {"expected_basis": st.none() | st.sampled_from(ExpectedBasis)}
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2), ROWS), max_size=4), max_size=4))
def test_what_is_read_is_what_was_written_last(store, batches):
    wanted = {(s, t): dict.fromkeys(VALUES) for s in "abc" for t in range(3)}
    store.write_rollups(Step.DAY, rows(*(row(s, START + t * DAY) for s, t in wanted)))
    for batch in batches:
        last = {(s, t): values for s, t, values in batch}
        store.write_rollups(Step.DAY, rows(*(row(s, START + t * DAY, **values) for (s, t), values in last.items())))
        wanted |= last
    read = everything(store).to_dict("records")
    for found, ((subject, time), values) in zip(read, sorted(wanted.items(), key=lambda item: item[0]), strict=True):
        assert (found["subject"], found["time"]) == (subject, START + time * DAY)
        assert {k: found[k] for k in VALUES if found[k] == found[k] and found[k] is not None} == {
            k: v for k, v in values.items() if v is not None
        }

"""What a town's file says, held against readings of a simulated town that knows the truth."""

from __future__ import annotations

from datetime import date

import pytest

from config.kwh import ExpectedBasis
from models.calendar import day_bounds, quarters
from models.pv.closing.books import WEATHER, books_of
from models.pv.closing.memory import Memory
from models.pv.closing.weather import quarter_means, seen
from models.pv.expected.calibration import State
from scripts.jobs.checker import AGAIN, NAME, SOON, Checker, declared
from scripts.jobs.closing import DAYS, MEMORY, Closing
from scripts.jobs.learnt import checker_of
from scripts.jobs.metadata import MetadataJob
from scripts.jobs.period import Period
from tests.scripts.jobs.lying_town import FIRST, LAST, NOW, relabel, said_otherwise, spring, told, work_of
from tests.scripts.jobs.past_town import PARIS, PastTown, past_town
from tests.scripts.simulator.sunny_town import sunny_town

TRUTH = sunny_town()
LIES = said_otherwise(said_otherwise(TRUTH, "east", surface_azimuth=270), "south", kwp=60)
INVERTERS = ("south/inv", "east/inv", "west/inv", "tracker/inv")
DAY = 86_400_000
NOTHING = {"basis": "sensor", "explained": True, "checks": {}}


@pytest.fixture(scope="module")
def readings(tmp_path_factory):
    return spring(tmp_path_factory.mktemp("readings"), TRUTH)


def checker(made: PastTown, weather=lambda _start, _end: None) -> Checker:
    return Checker(books_of(made.town, PARIS), made.store, made.periods, weather)


def checked(made: PastTown, *inverters: str, **more) -> dict:
    return {path: found["checks"] for path, found in checker(made, **more).check(inverters or INVERTERS, made.now)}


def verdicts(checks: dict) -> dict[str, str]:
    return {figure: told["verdict"] for figure, told in checks.items()}


def test_nothing_contradicts_a_town_that_tells_the_truth(readings, tmp_path) -> None:
    with told(readings, tmp_path, TRUTH) as made:
        work = work_of(made)
        outcome = work.round()[NAME]
        assert (outcome.closed, outcome.error) == ((LAST - FIRST).days + 1, None)
        found = {path: checker_of(work).found(path)[1] for path in INVERTERS}
    assert all("off" not in verdicts(each["checks"]).values() for each in found.values())
    assert verdicts(found["south/inv"]["checks"]) == dict.fromkeys(
        ("capacity", "azimuth", "tilt", "clock", "neighbours"), "ok"
    )
    assert {each["basis"] for each in found.values()} == {"sensor"}


@pytest.fixture(scope="module")
def lies(readings, tmp_path_factory):
    with told(readings, tmp_path_factory.mktemp("lies"), LIES) as made:
        work = work_of(made)
        assert work.round()[NAME].error is None
        yield work


def test_an_azimuth_to_the_wrong_side_is_reported_with_the_right_one(lies) -> None:
    checks = checker_of(lies).found("east/inv")[1]["checks"]
    assert checks["azimuth"]["verdict"] == "off"
    assert checks["azimuth"]["declared"] == 270
    assert checks["azimuth"]["found"] == pytest.approx(90, abs=20)
    assert verdicts(checks)["tilt"] == verdicts(checks)["clock"] == "ok"


def test_a_capacity_three_times_too_large_is_reported_and_not_absorbed(lies) -> None:
    checks = checker_of(lies).found("south/inv")[1]["checks"]
    assert verdicts(checks) == {
        "capacity": "off", "azimuth": "ok", "tilt": "ok", "clock": "ok", "neighbours": "off"
    }  # fmt: skip
    assert checks["capacity"]["found"] == pytest.approx(20, rel=0.1)
    assert checks["neighbours"]["found"] == pytest.approx(1 / 3, abs=0.08)
    scale = Memory.from_json(lies.periods.state(DAYS, MEMORY, NOW)[1]).epochs["south/inv|sensor"].scale()
    assert scale.applied == 1
    assert scale.state is not State.LEARNT


def test_honest_neighbours_of_a_lie_are_left_in_peace(lies) -> None:
    for path in ("west/inv", "tracker/inv"):
        assert "off" not in verdicts(checker_of(lies).found(path)[1]["checks"]).values()


def test_a_clock_an_hour_late_is_found_and_the_rest_is_judged_with_the_clock_put_right(readings, tmp_path) -> None:
    with told(readings, tmp_path, TRUTH) as made:
        relabel(made, "west/inv")
        found = checked(made, "west/inv", "east/inv")
    clock = found["west/inv"]["clock"]
    assert (clock["verdict"], clock["found"], clock["daylight_saving"]) == ("off", -60, False)
    assert -63 < clock["low"] < clock["high"] < -57
    assert {verdicts(found["west/inv"])[figure] for figure in ("capacity", "azimuth", "tilt")} == {"ok"}
    assert verdicts(found["east/inv"])["clock"] == "ok"


def test_summer_time_in_the_labels_is_found(tmp_path) -> None:
    spring_forward = day_bounds(date(2026, 3, 29), PARIS)[0] + 7_200_000
    with past_town(tmp_path, TRUTH, date(2026, 3, 12), date(2026, 4, 14)) as made:
        relabel(made, "west/inv", spring_forward)
        clock = checked(made, "west/inv")["west/inv"]["clock"]
    assert (clock["verdict"], clock["found"], clock["daylight_saving"]) == ("off", 0, True)


def test_a_clock_changed_meanwhile_is_told_with_its_days(readings, tmp_path) -> None:
    changed = day_bounds(date(2026, 5, 10), PARIS)[0]
    with told(readings, tmp_path, TRUTH) as made:
        relabel(made, "west/inv", changed)
        ((start, _end, minutes),) = checked(made, "west/inv")["west/inv"]["clock"]["spans"]
    assert minutes == -60
    assert start == pytest.approx(changed, abs=2 * DAY)


def test_without_a_sensor_in_town_the_light_of_a_service_is_used(readings, tmp_path) -> None:
    with told(readings, tmp_path, TRUTH) as made:

        def service(start: int, end: int):
            means = quarter_means(made.store.read("south/mast", WEATHER, start, end), quarters(start, end))
            return seen(ExpectedBasis.SATELLITE, means, len(quarters(start, end)))

        sites = (site.model_copy(update={"weather": ()}) for site in TRUTH.sites)
        made.town = TRUTH.model_copy(update={"sites": tuple(sites)})
        ((_path, found),) = checker(made, service).check(["east/inv"], made.now)
    assert found["basis"] == "satellite"
    assert verdicts(found["checks"]) == {"capacity": "ok", "azimuth": "ok", "tilt": "ok", "clock": "ok"}


def test_what_has_hardly_spoken_is_undecided(tmp_path) -> None:
    with past_town(tmp_path, TRUTH, LAST, LAST) as made:
        assert set(verdicts(checked(made, "east/inv")["east/inv"]).values()) == {"undecided"}


def test_a_check_sees_no_reading_after_its_day(readings, tmp_path) -> None:
    with told(readings, tmp_path, TRUTH) as made:
        ((_path, found),) = checker(made).check(["west/inv"], day_bounds(FIRST, PARIS)[1])
    assert found["days"] <= 1


def test_each_inverter_has_its_turn_after_four_weeks_and_at_once_when_its_file_changes(tmp_path) -> None:
    with past_town(tmp_path, TRUTH, LAST, LAST) as made:
        ages = {"east/inv": AGAIN, "west/inv": AGAIN - DAY, "tracker/inv": 2 * AGAIN, "south/inv": SOON}
        for row, path in enumerate(INVERTERS):
            known = declared(books_of(TRUTH, PARIS).plant, row)
            days = 3 if path == "south/inv" else 20
            made.periods.keep_state(NAME, path, NOW - ages[path], NOTHING | {"declared": known, "days": days})
        assert checker(made).due(NOW) == ["tracker/inv", "east/inv", "south/inv"]
        made.town = said_otherwise(TRUTH, "west", surface_azimuth=260)
        assert checker(made).due(NOW)[0] == "west/inv"
        assert checker(made).found("west/inv") is None


def test_a_run_checks_a_few_and_the_next_ones_the_others(tmp_path) -> None:
    with past_town(tmp_path, TRUTH, LAST, LAST) as made:
        closing = Closing(books_of(TRUTH, PARIS), made.store, made.periods, PARIS, lambda: made.now)
        job = MetadataJob(closing, at_once=3)
        for number, known in ((0, 3), (1, 4)):
            start = day_bounds(LAST, PARIS)[0] + number * DAY
            job.run([Period(start, start + DAY)])
            assert sum(job.checker.found(path) is not None for path in INVERTERS) == known


def test_a_run_done_again_finds_the_same(lies) -> None:
    at, before = checker_of(lies).found("east/inv")
    job = next(job for job in lies.jobs if isinstance(job, MetadataJob))
    job.run([Period(at - DAY, at)])
    assert checker_of(lies).found("east/inv") == (at, before)


def test_months_without_readings_are_no_error(readings, tmp_path) -> None:
    with told(readings, tmp_path, TRUTH) as made:
        made.store.delete_before(made.now - 20 * DAY)
        found = checked(made)
    assert all(told["verdict"] != "off" for checks in found.values() for told in checks.values())

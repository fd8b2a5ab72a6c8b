"""Each service, asked at a fake of its documented form: its rows are means over hours labelled by their start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pvlib
import pytest

from collector.errors import WeatherFormat, WeatherRefused, WeatherSlow, WeatherUnreachable
from collector.weather.cams import Cams
from collector.weather.frame import COLUMNS, HOUR, QUARTER, WeatherFrame, starts_of
from collector.weather.meteo_france import MeteoFrance
from collector.weather.nasa_power import NasaPower
from collector.weather.open_meteo import OpenMeteo
from collector.weather.pvgis import Pvgis
from tests import weather_fakes as fakes
from tests.weather_fakes import LOGIN_PAGE, QUICK, SPOT, Reply, as_json, ghi, ms, served

DAY = 24 * HOUR
START, END = ms("2026-06-03T22:00"), ms("2026-06-04T22:00")  # a day of the town, in summer
NOW = END + DAY


def lit(frame: WeatherFrame) -> float:
    """How far the light of a frame is from the invented one, W/m²."""
    return float(np.abs(frame.rows["ghi"].to_numpy() - ghi(frame.starts, frame.step)).max())


def test_open_meteo_gives_the_hours_of_a_day_of_the_town_by_their_start() -> None:
    with served(lambda asked: as_json(fakes.open_meteo(asked))) as service:
        frame = OpenMeteo(url=service.url).fetch(SPOT, START, END, NOW)
    assert list(frame.starts) == list(range(START, END, HOUR))
    assert lit(frame) < 1e-6
    assert frame.attribution.startswith("Open-Meteo.com")
    assert (frame.step, frame.fetched) == (HOUR, NOW)


def test_open_meteo_s_temperature_is_the_mean_of_both_ends_of_the_hour() -> None:
    with served(lambda asked: as_json(fakes.open_meteo(asked))) as service:
        frame = OpenMeteo(url=service.url).fetch(SPOT, START, END, NOW)
    at_ten = frame.rows["temp_air"].iloc[12]  # instants at 10:00 and 11:00 UTC
    assert at_ten == 10.5
    assert set(frame.rows["wind_speed"]) == {3.0}


def test_open_meteo_s_quarter_hours_are_read_too() -> None:
    with served(lambda asked: as_json(fakes.open_meteo(asked))) as service:
        frame = OpenMeteo(step=QUARTER, url=service.url).fetch(SPOT, START, END, NOW)
        assert "minutely_15" in service.asked[0].query
    assert list(frame.starts) == list(range(START, END, QUARTER))
    assert lit(frame) < 1e-6


def test_open_meteo_s_satellites_give_light_only() -> None:
    with served(lambda asked: as_json(fakes.open_meteo(asked))) as service:
        source = OpenMeteo("open-meteo-satellite", url=service.url)
        frame = source.fetch(SPOT, START, END, NOW)
    assert frame.rows[["temp_air", "wind_speed"]].isna().all(axis=None)
    assert source.gives == {"ghi", "dni", "dhi"}


def test_a_key_for_open_meteo_goes_to_the_servers_that_ask_for_one() -> None:
    with served(lambda asked: as_json(fakes.open_meteo(asked))) as service:
        OpenMeteo(key="k", url=service.url).fetch(SPOT, START, END, NOW)
        assert service.asked[0].query["apikey"] == "k"
    with pytest.raises(ValueError, match="no steps"):
        OpenMeteo("open-meteo-archive", step=QUARTER)


def test_missing_values_of_open_meteo_are_missing() -> None:
    def decide(asked: fakes.Asked) -> Reply:
        document = fakes.open_meteo(asked)
        document["hourly"]["shortwave_radiation"][12:20] = [None] * 8
        return as_json(document)

    with served(decide) as service:
        frame = OpenMeteo(url=service.url).fetch(SPOT, START, END, NOW)
    assert frame.rows["ghi"].isna().sum() == 0  # those were of the day before
    with served(decide) as service:
        frame = OpenMeteo(url=service.url).fetch(SPOT, START - 12 * HOUR, END, NOW)
    assert frame.rows["ghi"].isna().sum() == 8


def _renamed(document: dict[str, Any]) -> None:
    document["hourly"]["ghi"] = document["hourly"].pop("shortwave_radiation")


def _other_unit(document: dict[str, Any]) -> None:
    document["hourly_units"]["shortwave_radiation"] = "kJ/m²"


def _town_time(document: dict[str, Any]) -> None:
    document["utc_offset_seconds"] = 7200


def _iso_times(document: dict[str, Any]) -> None:
    document["hourly_units"]["time"] = "iso8601"


def _one_short(document: dict[str, Any]) -> None:
    document["hourly"]["diffuse_radiation"].pop()


def _a_hole(document: dict[str, Any]) -> None:
    for values in document["hourly"].values():
        del values[5]


def _text(document: dict[str, Any]) -> None:
    document["hourly"]["shortwave_radiation"][3] = "n/a"


def _nothing(document: dict[str, Any]) -> None:
    document.clear()


@pytest.mark.parametrize(
    "change", [_renamed, _other_unit, _town_time, _iso_times, _one_short, _a_hole, _text, _nothing]
)
def test_a_changed_answer_of_open_meteo_is_not_taken(change: Callable[[dict[str, Any]], None]) -> None:
    def decide(asked: fakes.Asked) -> Reply:
        document = fakes.open_meteo(asked)
        change(document)
        return as_json(document)

    with served(decide) as service, pytest.raises(WeatherFormat, match="open-meteo"):
        OpenMeteo(url=service.url).fetch(SPOT, START, END, NOW)


def test_meteo_france_s_order_is_waited_for_and_its_joules_become_watts() -> None:
    with served(fakes.MeteoFranceOrders(looks=2)) as service:
        source = MeteoFrance("59343001", "the-key", url=service.url, pause=0.01)
        frame = source.fetch(SPOT, START, END, NOW)
        assert len(service.asked) == 4
    assert list(frame.starts) == list(range(START, END, HOUR))
    assert lit(frame) < 0.01
    assert frame.rows["temp_air"].iloc[12] == 10.5
    assert frame.rows["dhi"].isna().all()


def test_doubtful_values_of_meteo_france_are_missing() -> None:
    def table(first: str, last: str) -> str:
        return fakes.meteo_france_table(first, last).replace(";1;;;;\n", ";2;;;;\n")

    with served(fakes.MeteoFranceOrders(table)) as service:
        frame = MeteoFrance("59343001", "the-key", url=service.url, pause=0.01).fetch(SPOT, START, END, NOW)
    assert frame.rows["ghi"].isna().all()
    assert frame.rows["temp_air"].notna().all()


def test_meteo_france_without_a_key_or_with_a_wrong_one_refuses() -> None:
    with served(fakes.MeteoFranceOrders()) as service:
        with pytest.raises(WeatherRefused, match="needs a key"):
            MeteoFrance("59343001", None, url=service.url).fetch(SPOT, START, END, NOW)
        assert service.asked == []
        with pytest.raises(WeatherRefused, match="Invalid Credentials -> give a valid key"):
            MeteoFrance("59343001", "old", url=service.url).fetch(SPOT, START, END, NOW)


def test_an_order_that_is_never_ready_is_slow() -> None:
    with served(fakes.MeteoFranceOrders(looks=10**6)) as service, pytest.raises(WeatherSlow, match="not ready"):
        MeteoFrance("59343001", "the-key", url=service.url, pause=0.1, limits=QUICK).fetch(SPOT, START, END, NOW)


def test_a_line_that_is_cut_off_within_a_number_is_left_out() -> None:
    def cut(first: str, last: str) -> str:
        whole = fakes.meteo_france_table(first, last)
        return whole[: whole.rindex(";3,0;") + 2]

    with served(fakes.MeteoFranceOrders(cut)) as service:
        frame = MeteoFrance("59343001", "the-key", url=service.url, pause=0.01).fetch(SPOT, START, END, NOW)
    assert list(frame.starts) == list(range(START, END - HOUR, HOUR))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace(";GLO;", ";RAYONNEMENT;"), "no columns DATE and GLO"),
        (lambda text: text.replace("59343001", "75114001"), "promised is '59343001'"),
        (lambda text: text.replace(";", "\t"), "no columns DATE and GLO"),
        (lambda text: text.replace(";20260604", ";04/06/2026 "), "another form"),
        (lambda text: "", "another form"),
    ],
)
def test_a_changed_table_of_meteo_france_is_not_taken(change: Callable[[str], str], said: str) -> None:
    orders = fakes.MeteoFranceOrders(lambda first, last: change(fakes.meteo_france_table(first, last)))
    with served(orders) as service, pytest.raises(WeatherFormat, match=said):
        MeteoFrance("59343001", "the-key", url=service.url, pause=0.01).fetch(SPOT, START, END, NOW)


def test_cams_gives_the_light_of_each_hour() -> None:
    with served(lambda asked: Reply(fakes.cams(asked))) as service:
        frame = Cams("me@example.org", url=service.url).fetch(SPOT, START, END, NOW)
        assert "username=me%2540example.org;" in service.asked[0].path  # as pvlib's own getter writes it
    assert list(frame.starts) == list(range(START, END, HOUR))
    assert lit(frame) < 0.001
    assert frame.rows["dni"].max() == pytest.approx(0.4 * frame.rows["ghi"].max(), abs=0.001)


def test_cams_hours_with_few_images_are_missing() -> None:
    def decide(asked: fakes.Asked) -> Reply:
        return Reply(fakes.cams(asked).replace(";1.0000", ";0.2500"))

    with served(decide) as service:
        frame = Cams("me@example.org", url=service.url).fetch(SPOT, START, END, NOW)
    assert frame.rows["ghi"].isna().all()


def test_cams_says_who_is_not_registered_without_telling_the_address() -> None:
    with served(fakes.CAMS_ERROR) as service, pytest.raises(WeatherRefused, match="not registered") as caught:
        Cams("someone@example.org", url=service.url).fetch(SPOT, START, END, NOW)
    assert "someone@" not in str(caught.value)
    with pytest.raises(WeatherRefused, match="e-mail"):
        Cams(None).fetch(SPOT, START, END, NOW)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("# Observation period", "# Period"),
        lambda text: text.replace("1 h 0 min", "0 h 15 min"),
        lambda text: text.replace(";GHI;", ";Global;"),
        lambda text: text.replace(";Reliability", ";Quality"),
        lambda text: LOGIN_PAGE.body,
        lambda text: "",
    ],
)
def test_a_changed_table_of_cams_is_not_taken(change: Callable[[str], str]) -> None:
    with served(lambda asked: Reply(change(fakes.cams(asked)))) as service, pytest.raises(WeatherFormat, match="cams"):
        Cams("me@example.org", url=service.url).fetch(SPOT, START, END, NOW)


def test_pvgis_instants_stand_for_the_hour_about_them() -> None:
    start, end = ms("2019-06-03T00:00"), ms("2019-06-05T00:00")
    with served(lambda asked: as_json(fakes.pvgis(asked))) as service:
        frame = Pvgis(url=f"{service.url}/").fetch(SPOT, start, end, NOW)
    assert frame.starts[0] == start + 40 * 60_000  # the image of 01:10
    assert len(frame.rows) == 48
    assert lit(frame) < 1e-6
    noon = frame.rows.iloc[12]
    assert noon["dni"] == pytest.approx(0.4 * noon["ghi"] / 0.5)  # a sun of 30 degrees


def test_pvgis_rows_are_those_of_pvlib_s_own_getter() -> None:
    start, end = ms("2019-06-01T00:00"), ms("2019-06-09T00:00")
    with served(lambda asked: as_json(fakes.pvgis(asked))) as service:
        ours = Pvgis(url=f"{service.url}/").fetch(SPOT, start, end, NOW)
        theirs, _meta = pvlib.iotools.get_pvgis_hourly(
            SPOT.latitude, SPOT.longitude, 2019, 2019, "PVGIS-SARAH3", url=f"{service.url}/"
        )
        mine, other = (asked.query for asked in service.asked)
    assert {name: mine[name] for name in ("startyear", "endyear", "components", "raddatabase")} == {
        name: other[name] for name in ("startyear", "endyear", "components", "raddatabase")
    }
    same = theirs.set_index(theirs.index - np.timedelta64(30, "m")).loc[ours.rows.index]
    assert np.allclose(same["poa_direct"] + same["poa_sky_diffuse"], ours.rows["ghi"])


def test_pvgis_refuses_years_outside_of_its_record_and_says_so() -> None:
    with served(fakes.PVGIS_ERROR) as service, pytest.raises(WeatherRefused, match="between 2005 and 2023"):
        Pvgis(url=f"{service.url}/").fetch(SPOT, START, END, NOW)


@pytest.mark.parametrize("field", ["Gb(i)", "H_sun", "T2m", "Int", "time"])
def test_a_renamed_field_of_pvgis_is_not_taken(field: str) -> None:
    def decide(asked: fakes.Asked) -> Reply:
        return Reply(as_json(fakes.pvgis(asked)).body.replace(f'"{field}":', '"renamed":'))  # type: ignore[arg-type]

    with served(decide) as service, pytest.raises(WeatherFormat, match="pvgis"):
        Pvgis(url=f"{service.url}/").fetch(SPOT, ms("2019-06-03T00:00"), ms("2019-06-05T00:00"), NOW)


def test_nasa_s_hours_begin_at_their_label_and_its_fill_value_is_missing() -> None:
    with served(lambda asked: as_json(fakes.nasa_power(asked))) as service:
        frame = NasaPower(url=service.url).fetch(SPOT, START, END, NOW)
    known = frame.rows["ghi"].notna()
    assert known.sum() == 2  # of the last day there is no light yet
    assert frame.rows["temp_air"].notna().all()
    assert np.abs(frame.rows["ghi"][known].to_numpy() - ghi(frame.starts[known.to_numpy()])).max() < 1e-6


def test_nasa_s_rows_are_those_of_pvlib_s_own_getter() -> None:
    with served(lambda asked: as_json(fakes.nasa_power(asked))) as service:
        ours = NasaPower(url=service.url).fetch(SPOT, START, END, NOW)
        theirs, _meta = pvlib.iotools.get_nasa_power(
            SPOT.latitude, SPOT.longitude, "2026-06-03", "2026-06-04", url=service.url
        )
        mine, other = (asked.query for asked in service.asked)
    assert mine["community"] == other["community"]
    assert set(mine["parameters"].split(",")) == set(other["parameters"].split(","))
    same = theirs[list(COLUMNS)].loc[ours.rows.index]
    assert np.allclose(same.to_numpy(float), ours.rows.to_numpy(float), equal_nan=True)


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document["header"].update(time_standard="LST"),
        lambda document: document["parameters"]["ALLSKY_SFC_SW_DWN"].update(units="MJ/hr"),
        lambda document: document["properties"]["parameter"].pop("ALLSKY_SFC_SW_DWN"),
        lambda document: document.pop("header"),
    ],
)
def test_a_changed_answer_of_nasa_is_not_taken(change: Callable[[dict[str, Any]], object]) -> None:
    def decide(asked: fakes.Asked) -> Reply:
        document = fakes.nasa_power(asked)
        change(document)
        return as_json(document)

    with served(decide) as service, pytest.raises(WeatherFormat, match="nasa-power"):
        NasaPower(url=service.url).fetch(SPOT, START, END, NOW)


def test_a_service_behind_a_login_page_is_another_form_and_a_dead_one_is_unreachable() -> None:
    with served(LOGIN_PAGE) as service:
        for source in (OpenMeteo(url=service.url), NasaPower(url=service.url), Pvgis(url=f"{service.url}/")):
            with pytest.raises(WeatherFormat, match="Bienvenue"):
                source.fetch(SPOT, START, END, NOW)
    for source in (OpenMeteo(url=service.url), Cams("a@b.c", url=service.url), Pvgis(url=f"{service.url}/")):
        with pytest.raises(WeatherUnreachable, match="cannot be reached"):
            source.fetch(SPOT, START, END, NOW)


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_the_days_on_which_the_clocks_change_have_their_23_and_25_hours(day: str) -> None:
    start = ms(f"{day}T00:00") - (HOUR if "03" in day else 2 * HOUR)
    end = ms(f"{day}T00:00") + DAY - (2 * HOUR if "03" in day else HOUR)
    with served(lambda asked: as_json(fakes.open_meteo(asked))) as service:
        frame = OpenMeteo(url=service.url).fetch(SPOT, start, end, NOW)
    assert len(frame.rows) == (23 if "03" in day else 25)
    assert (np.diff(starts_of(frame.rows)) == HOUR).all()
    assert lit(frame) < 1e-6

"""Moments leave the program as ISO 8601 or as the town's time."""

from __future__ import annotations

from datetime import UTC

from scripts.moments import dated, iso, spoken, zone

NOON = 1_763_812_800_123  # 2025-11-22T12:00:00.123Z


def test_programs_get_iso_8601_with_the_offset_of_the_town() -> None:
    assert iso(NOON, zone("Europe/Paris")) == "2025-11-22T13:00:00+01:00"
    assert iso(NOON, UTC) == "2025-11-22T12:00:00+00:00"


def test_a_zone_that_nobody_knows_is_utc() -> None:
    assert zone("Europe/Atlantis") is UTC
    assert zone("../etc/passwd") is UTC
    assert zone(None) is UTC


def test_only_the_moments_of_a_document_change() -> None:
    before = {"devices": [{"last_sample": NOON, "polls": NOON, "failing_since": None}], "started": NOON, "since": "x"}
    assert dated(before, UTC) == {
        "devices": [{"last_sample": iso(NOON, UTC), "polls": NOON, "failing_since": None}],
        "started": iso(NOON, UTC),
        "since": "x",
    }


def test_people_get_the_hour_and_the_day_only_when_it_is_another() -> None:
    paris = zone("Europe/Paris")
    assert spoken(NOON, NOON + 60_000, paris) == "13:00"
    assert spoken(NOON - 13 * 3_600_000, NOON, paris) == "00:00"
    assert spoken(NOON - 14 * 3_600_000, NOON, paris) == "2025-11-21 23:00"

import pytest

import config
from config.figures import figure_faults

SOUND = {"value": 1, "source": "a page", "status": "declared"}


def test_figures_with_source_and_status_pass_at_any_depth():
    assert list(figure_faults("f", {"a": SOUND, "b": [{"c": {"d": SOUND | {"unit": "kWh", "note": "x"}}}]})) == []


@pytest.mark.parametrize(
    ("change", "key"),
    [({"source": ""}, "source"), ({"source": 3}, "source"), ({"status": "sure"}, "status"), ({"status": []}, "status"),
     ({"value": float("nan")}, "value"), ({"value": float("inf")}, "value")],
)  # fmt: skip
def test_a_figure_that_does_not_say_where_it_comes_from_is_told(change, key):
    (fault,) = figure_faults("f", {"targets": [{"id": "electricity", "year": SOUND | change}]})
    assert fault.key == f"targets[0] (electricity).year.{key}"


def test_the_file_beside_the_town_is_checked(town):
    folder, name = town(), "territory.toml"
    (folder / name).write_text('[energy]\nbill = { value = 14e6, source = "cd2e.com" }\n')
    with pytest.raises(config.ConfigError) as caught:
        config.load(folder)
    (fault,) = caught.value.faults
    assert (fault.file, fault.key) == (str(folder / name), "energy.bill.status")


def test_an_empty_file_beside_the_town_is_sound(town):
    folder = town()
    (folder / "territory.toml").write_text("")
    assert config.load(folder).place.name

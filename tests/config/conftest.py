"""The example town, edited: a sound file with one thing made wrong is the clearest bad input."""

from collections.abc import Callable
from pathlib import Path

import pytest

import config

EXAMPLE = Path(config.__file__).parent / "towns" / "example" / "town.toml"


@pytest.fixture
def town(tmp_path: Path) -> Callable[..., Path]:
    """A copy of the example town with each (old, new) text replaced once; the old text must be there."""

    def edited(*edits: tuple[str, str]) -> Path:
        text = EXAMPLE.read_text("utf-8")
        for old, new in edits:
            assert old in text
            text = text.replace(old, new, 1)
        (tmp_path / "town.toml").write_text(text, "utf-8")
        return tmp_path

    return edited


@pytest.fixture
def faults(town: Callable[..., Path]) -> Callable[..., list[config.Fault]]:
    """The faults that loading the edited example gives; each is of town.toml."""

    def told(*edits: tuple[str, str]) -> list[config.Fault]:
        folder = town(*edits)
        with pytest.raises(config.ConfigError) as caught:
            config.load(folder)
        assert {fault.file for fault in caught.value.faults} == {str(folder / "town.toml")}
        return caught.value.faults

    return told


@pytest.fixture(autouse=True)
def in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests read messages in the language of the sources."""
    monkeypatch.setenv("TEPOS_LANG", "en")

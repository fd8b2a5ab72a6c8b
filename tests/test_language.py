"""French first: every message of the product has its French, with the same blanks to fill and French typography."""

from __future__ import annotations

import ast
import os
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from config.language import _, catalogue, chosen, speaking

ROOT = Path(__file__).parent.parent
PACKAGES = ("collector", "models", "dashboards", "config", "scripts")
THIN = "\u202f"  # narrow no-break space
QUIET = {"TEPOS_LANG", "LC_ALL", "LC_MESSAGES", "LANG"}


def messages(source: str) -> Iterator[tuple[int, str | None]]:
    """(line, message) of each `_(...)`; None where the argument is not one plain text."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
            argument = node.args[0] if len(node.args) == 1 and not node.keywords else None
            plain = isinstance(argument, ast.Constant) and isinstance(argument.value, str) and argument.value
            yield node.lineno, plain or None


def template_messages(source: str) -> Iterator[tuple[int, str | None]]:
    """The same of a Jinja template."""
    tree = Environment(autoescape=True).parse(source)
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "_":
            argument = call.args[0] if len(call.args) == 1 and not call.kwargs else None
            plain = isinstance(argument, nodes.Const) and isinstance(argument.value, str) and argument.value
            yield call.lineno, plain or None


def blanks(text: str) -> list[str]:
    """The names between braces that str.format fills in."""
    return sorted(name for _text, name, _spec, _how in Formatter().parse(text) if name is not None)


def untypographic(text: str) -> list[str]:
    """Places where French wants a narrow no-break space and has none."""
    return [
        *re.findall(rf"[^{THIN}](?:[;!?»](?![\w/=])|:(?=\s|$))", text),
        *re.findall(rf"«(?!{THIN})", text),
        *re.findall(r"[\d}] ?%", text),
    ]


@cache
def product() -> list[tuple[str, int, str | None]]:
    """(file, line, message) of all messages of the five packages."""
    readers = {"*.py": messages, "*.html": template_messages}
    return [
        (path.relative_to(ROOT).as_posix(), line, text)
        for package in PACKAGES
        for pattern, read in readers.items()
        for path in sorted((ROOT / package).rglob(pattern))
        for line, text in read(path.read_text("utf-8"))
    ]


def parts() -> dict[str, Catalog]:
    """The French, file by file."""
    found = {}
    for path in sorted((ROOT / "config/locale/fr").glob("*.po")):
        with path.open("rb") as file:
            found[path.name] = read_po(file, locale="fr", abort_invalid=True)
    return found


@pytest.fixture(scope="module")
def french() -> Catalog:
    whole = Catalog(locale="fr")
    for part in parts().values():
        for message in part:
            if message.id:
                whole[message.id] = message
        whole.obsolete.update(part.obsolete)
    return whole


def entries(french: Catalog) -> dict[str, str]:
    """English -> French of the whole catalogue."""
    return {str(message.id): str(message.string) for message in french if message.id}


def test_messages_are_found_and_those_that_cannot_be_translated_too() -> None:
    source = '_("plain")\n_("in " "two")\n_(f"{x}")\n_(name)\n_("a" + b)\n_("")\nfor _ in x: f("no")'
    assert list(messages(source)) == [(1, "plain"), (2, "in two"), (3, None), (4, None), (5, None), (6, None)]


def test_messages_of_templates_are_found_too() -> None:
    source = '<p>{{ _("plain") }}</p>\n{% if x %}{{ _(name) }}{% endif %}{{ f("no") }}'
    assert list(template_messages(source)) == [(1, "plain"), (2, None)]


def test_no_message_has_its_french_in_two_files() -> None:
    keys = [str(message.id) for part in parts().values() for message in part if message.id]
    assert sorted({key for key in keys if keys.count(key) > 1}) == []


def test_a_page_speaks_the_language_of_its_reader(french: Catalog) -> None:
    english, translated = next(iter(entries(french).items()))
    with speaking("fr"):
        assert _(english) == translated
    assert _(english) == english


def test_every_message_is_one_plain_text() -> None:
    assert [f"{file}:{line}" for file, line, text in product() if text is None] == []


def test_every_message_has_its_french(french: Catalog) -> None:
    known = {english for english, text in entries(french).items() if text}
    missing = sorted({text: f"{file}:{line} {text!r}" for file, line, text in product() if text}.items())
    assert [where for text, where in missing if text not in known] == []


def test_no_french_is_left_without_its_message(french: Catalog) -> None:
    used = {text for _file, _line, text in product()}
    assert sorted(set(entries(french)) - used) == []
    assert list(french.obsolete) == []


def test_no_french_is_a_guess(french: Catalog) -> None:
    assert [message.id for message in french if message.id and message.fuzzy] == []


def test_blanks_are_told_apart_by_their_names() -> None:
    assert blanks("{n} of {total:.1f} {{as is}}") == ["n", "total"]


def test_the_french_has_the_blanks_of_the_english(french: Catalog) -> None:
    differing = [english for english, text in entries(french).items() if blanks(english) != blanks(text)]
    assert differing == []


@pytest.mark.parametrize("text", ["Quoi ?", "Non!", "Voici : rien", "Fin:", "«mot»", "« mot »", "10 %", "{n}%"])
def test_bad_typography_is_found(text: str) -> None:
    assert untypographic(text) != []


@pytest.mark.parametrize(
    "text", [f"Quoi{THIN}?", f"Voici{THIN}: rien", "à 10:30", "http://x:80/?a=b", f"«{THIN}mot{THIN}»", f"10{THIN}%"]
)
def test_good_typography_is_left_alone(text: str) -> None:
    assert untypographic(text) == []


def test_the_french_keeps_french_typography(french: Catalog) -> None:
    assert {text: found for text in entries(french).values() if (found := untypographic(text))} == {}


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "fr"),
        ({"LANG": "C"}, "fr"),
        ({"LANG": "C.UTF-8"}, "fr"),
        ({"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "de_DE.UTF-8"}, "fr"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LC_MESSAGES": "en_US.UTF-8", "LANG": "fr_FR.UTF-8"}, "en"),
        ({"LC_ALL": "", "LANG": "en_US.UTF-8"}, "en"),
        ({"TEPOS_LANG": "fr", "LC_ALL": "en_US.UTF-8"}, "fr"),
        ({"TEPOS_LANG": "en", "LC_ALL": "fr_FR.UTF-8"}, "en"),
    ],
)
def test_the_environment_chooses_the_language(environment: dict[str, str], language: str) -> None:
    assert chosen(environment) == language


def test_the_shell_scripts_choose_the_same_language() -> None:
    def shown(**environment: str) -> str:
        clean = {name: value for name, value in os.environ.items() if name not in QUIET}
        say = f'source "{ROOT}/scripts/setup.sh"; say "bonjour" "hello"'
        return subprocess.run(
            ["bash", "-c", say], env=clean | environment, capture_output=True, text=True, check=True
        ).stderr

    assert "bonjour" in shown(LANG="C")
    assert "hello" in shown(LANG="en_GB.UTF-8", LC_ALL="")
    assert "bonjour" in shown(TEPOS_LANG="fr", LANG="en_GB.UTF-8")


def test_a_message_comes_out_in_both_languages(french: Catalog) -> None:
    english, translated = next(iter(entries(french).items()))
    assert catalogue("fr").gettext(english) == translated
    assert catalogue("en").gettext(english) == english


def test_a_message_without_french_stays_readable() -> None:
    assert catalogue("fr").gettext("never translated") == "never translated"

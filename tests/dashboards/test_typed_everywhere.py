"""Two hundred hostile strings in every text that people type of an initiative: refused, or text where it is shown."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest

from dashboards.cells import cell
from dashboards.web.pages import environment
from models.territory.initiatives.fields import TAKES, TEXTS, checked
from tests.hostile import FORMULAS, HOSTILE, MARKUP
from tests.models.territory.initiatives.deeds import content

FIELDS = [
    (action, name) for action, (needed, more) in TAKES.items() for name in sorted({*needed, *more}) if name in TEXTS
]
SHOWN = environment().from_string('<p title="{{ said }}">{{ said }}</p>')


def test_every_text_that_is_kept_can_be_typed_in_some_form() -> None:
    assert {name for _action, name in FIELDS} == set(TEXTS)


@pytest.mark.parametrize(("action", "name"), FIELDS)
def test_what_is_typed_in_a_field_is_refused_or_text_on_the_page_and_in_tables(action: str, name: str) -> None:
    kept = []
    for said in HOSTILE:
        with suppress(ValueError):
            kept.append(checked(action, content(action) | {name: said}).texts[name])
    assert len(kept) > 100
    for text in kept:
        assert not re.search(r"[<>]", re.sub(r"^<p title=\"|\">|</p>$", "", SHOWN.render(said=text)))
        assert not str(cell(text)).lstrip().startswith(("=", "+", "-", "@", "|", "%"))
    assert {*FORMULAS, *MARKUP} & {*kept}

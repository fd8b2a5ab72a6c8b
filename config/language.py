"""French first, English second: the language of what people read, chosen by locale.

The sources hold English; `config/locale/fr.po` holds the French. Catalogues are compiled in memory, so that there is no
build step and a translator edits one text file.
"""

from __future__ import annotations

import gettext
import io
import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

CATALOGUES = Path(__file__).parent / "locale"
LANGUAGES = ("fr", "en")


def chosen(environment: Mapping[str, str] = os.environ) -> str:
    """The language of this process: TEPOS_LANG, else the locale's (LC_ALL, LC_MESSAGES, LANG), else French.

    A locale that says nothing (C, POSIX), or a language that tepos does not speak, is French too.
    """
    for variable in ("TEPOS_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(variable):
            return "en" if value.lower().startswith("en") else "fr"
    return "fr"


@lru_cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The translations of one language; English is the source and needs none."""
    path = CATALOGUES / f"{language}.po"
    if language == "en" or not path.exists():
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _(message: str) -> str:
    """The message in the language of this process. Fill in values after, with str.format."""
    return catalogue(chosen()).gettext(message)

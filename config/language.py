"""French first, English second: the language of what people read, chosen by locale.

The sources hold English; the files of `config/locale/fr` hold the French, one for each part of the house. Catalogues
are compiled in memory, so that there is no build step and a translator edits text files only.
"""

from __future__ import annotations

import gettext
import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

CATALOGUES = Path(__file__).parent / "locale"
LANGUAGES = ("fr", "en")
_speaking: ContextVar[str | None] = ContextVar("speaking", default=None)


def chosen(environment: Mapping[str, str] = os.environ) -> str:
    """The language of this process: TEPOS_LANG, else the locale's (LC_ALL, LC_MESSAGES, LANG), else French.

    A locale that says nothing (C, POSIX), or a language that tepos does not speak, is French too.
    """
    for variable in ("TEPOS_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(variable):
            return "en" if value.lower().startswith("en") else "fr"
    return "fr"


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within it messages are in this language, whatever the process speaks: a page answers in that of its reader.

    ValueError for a language that tepos does not speak.
    """
    if language not in LANGUAGES:
        raise ValueError(language)
    token = _speaking.set(language)
    try:
        yield
    finally:
        _speaking.reset(token)


def spoken() -> str:
    """The language of messages here and now."""
    return _speaking.get() or chosen()


@lru_cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The translations of one language; English is the source and needs none."""
    paths = sorted((CATALOGUES / language).glob("*.po"))
    if language == "en" or not paths:
        return gettext.NullTranslations()
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    together = Catalog(locale=language)
    for path in paths:
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id:
                    together[message.id] = message
    compiled = io.BytesIO()
    write_mo(compiled, together)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _(message: str) -> str:
    """The message in the language of this process, or of the reader (see `speaking`). Fill in values after, with
    str.format."""
    return catalogue(spoken()).gettext(message)

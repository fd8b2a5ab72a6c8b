"""Runs `tepos` within this process, in English: for what needs many commands one after another, and no process each."""

from __future__ import annotations

import os
from unittest.mock import patch

from typer.testing import CliRunner

from scripts.cli import app
from tests.scripts.commands.runner import Ended, environment


def tepos(*words: object) -> Ended:
    """Run one command to its end; an error that is no exit code is raised."""
    with patch.dict(os.environ, {**environment(), "COLUMNS": "250"}, clear=True):
        ended = CliRunner().invoke(app, [*map(str, words)])
    if ended.exception is not None and not isinstance(ended.exception, SystemExit):
        raise ended.exception
    return Ended(ended.exit_code, ended.stdout, ended.stderr)


def each(commands: list[tuple[object, ...]]) -> list[Ended]:
    """Run several."""
    return [tepos(*words) for words in commands]

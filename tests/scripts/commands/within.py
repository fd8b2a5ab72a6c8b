"""Runs `tepos` within this process, in English: for what needs many commands one after another, and no process each."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import cache
from typing import Any

import typer

from tests.scripts.commands.runner import Ended, environment


@cache
def _command() -> Any:
    from scripts.cli import app

    return typer.main.get_command(app)  # building it costs more than most commands


def tepos(*words: object) -> Ended:
    """Run one command to its end; an error that is no exit code is raised."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _stream in range(2))
    code: object = 0
    wanted = {**environment(), "COLUMNS": "250"}
    with _surrounded(wanted), redirect_stdout(out), redirect_stderr(err):
        try:
            _command().main([*map(str, words)], prog_name="tepos")
        except SystemExit as end:
            code = end.code
    told = [stream.buffer.getvalue().decode() for stream in (out, err)]
    return Ended(code if isinstance(code, int) else 0, *told)


@contextmanager
def _surrounded(environ: Mapping[str, str]) -> Iterator[None]:
    """With this environment instead of the one of this process, which comes back."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def each(commands: list[tuple[object, ...]]) -> list[Ended]:
    """Run several."""
    return [tepos(*words) for words in commands]

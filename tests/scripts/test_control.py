"""A running process answers another command."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from scripts.control import Control, ask, folder, running, same_endpoint


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))


async def echo(question: dict[str, Any]) -> dict[str, Any]:
    return {"heard": question["word"]}


async def asked(question: dict[str, Any]) -> dict[str, Any] | None:
    async with Control({"echo": echo}):
        return await asyncio.to_thread(ask, os.getpid(), question, 60)


def test_a_question_is_answered() -> None:
    assert asyncio.run(asked({"ask": "echo", "word": "Sonne"})) == {"heard": "Sonne"}


def test_an_unknown_question_is_an_error_and_not_the_end() -> None:
    assert asyncio.run(asked({"ask": "write"})) == {"error": "KeyError: 'write'"}


def test_nobody_answers_for_a_process_that_is_gone() -> None:
    asyncio.run(asked({"ask": "echo", "word": ""}))
    assert running() == []
    assert ask(os.getpid(), {"ask": "echo"}) is None


def test_only_this_user_may_ask(tmp_path: Path) -> None:
    asyncio.run(asked({"ask": "echo", "word": ""}))
    assert folder().stat().st_mode & 0o777 == 0o700


def test_a_name_and_its_address_are_the_same_place() -> None:
    assert same_endpoint(("localhost", 502), ("127.0.0.1", 502))
    assert not same_endpoint(("127.0.0.1", 502), ("127.0.0.1", 503))
    assert not same_endpoint(("127.0.0.1", 502), ("127.0.0.2", 502))

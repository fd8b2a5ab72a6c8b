"""What was just computed is not computed again, by one thread at a time, and never longer than it is fresh."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboards.web.memory import MOST, Memory


def test_a_value_is_formed_once_while_it_is_fresh_and_anew_after_that():
    memory, formed = Memory(), []
    for now in (0, 9, 10, 11, 5):
        memory.get("key", now, 10, lambda now=now: formed.append(now))
    assert formed == [0, 10, 5]  # a clock that was set back is not believed


def test_a_crowd_waits_for_one():
    memory, formed = Memory(), []

    def slow() -> int:
        formed.append(threading.get_ident())
        time.sleep(0.05)
        return 1

    with ThreadPoolExecutor(8) as crowd:
        assert list(crowd.map(lambda _n: memory.get("key", 0, 10, slow), range(30))) == [1] * 30
    assert len(formed) == 1


def test_a_failure_is_not_kept_and_what_is_forgotten_is_formed_again():
    memory = Memory()
    with pytest.raises(ZeroDivisionError):
        memory.get("key", 0, 10, lambda: 1 / 0)
    assert memory.get("key", 0, 10, lambda: "a") == "a"
    memory.forget("key")
    assert memory.get("key", 0, 10, lambda: "b") == "b"


def test_it_does_not_grow_without_bound():
    memory = Memory()
    for key in range(3 * MOST):
        memory.get(key, 0, 10, lambda: None)
    assert len(memory._kept) <= MOST
    assert len(memory._locks) <= MOST

"""Nothing that is put into the outbox is lost, and nothing of it is told twice but after a kill in the one moment."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.channels.message import Message, recipient
from collector.channels.outbox import FIRST_PAUSE, LAST_PAUSE, Outbox
from collector.channels.sending import Channels, addresses, deliver
from collector.errors import StoreError
from config.notify import Route
from tests.collector.channels.killed_sender import ADDRESS, notify
from tests.collector.channels.post_office import post_office
from tests.peers import free_ports

WHO = recipient("mail", ADDRESS)
MINUTE = 60_000


def message(key: str = "qdkzvb/opened", who: str = WHO) -> Message:
    return Message(key, who, "services-techniques", "Onduleur arrêté", "…", 0)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "outbox.db") as opened:
        yield opened


def sent(outbox: Outbox, port: int, now: int) -> dict[str, str]:
    channels = Channels(notify(port), Path())
    try:
        return dict(deliver(outbox, channels.of, lambda: now, lambda: False))
    finally:
        channels.close()


def test_the_same_message_is_put_in_once(outbox: Outbox) -> None:
    assert [outbox.put([message()]), outbox.put([message(), message("other")])] == [1, 1]
    assert len(outbox.waiting()) == 2


def test_what_was_sent_is_not_sent_again(outbox: Outbox) -> None:
    outbox.put([message()])
    with post_office() as office:
        assert sent(outbox, office.port, 0) == {}
        outbox.put([message()])
        sent(outbox, office.port, 10 * LAST_PAUSE)
    assert office.subjects == ["Onduleur arrêté"]
    assert outbox.has("qdkzvb/opened", WHO)


def test_a_channel_that_is_down_is_tried_less_and_less_often_and_told(outbox: Outbox) -> None:
    outbox.put([message(), message("other")])
    (port,) = free_ports(1)
    tries = [now for now in range(0, 120 * MINUTE, MINUTE) if sent(outbox, port, now) or now == 0]
    assert tries[1] - tries[0] == FIRST_PAUSE
    assert 4 < len(tries) < 20
    (trouble,) = outbox.troubles()
    assert (trouble.route, trouble.messages) == ("services-techniques", 2)
    with post_office(port=port) as office:
        sent(outbox, port, 10 * LAST_PAUSE)
    assert len(office.letters) == 2
    assert outbox.troubles() == []


def test_quiet_hours_hold_a_message_back(outbox: Outbox) -> None:
    outbox.put([message()], not_before=5 * MINUTE)
    assert [len(outbox.due(now)) for now in (0, 5 * MINUTE)] == [0, 1]


def test_one_recipient_that_is_refused_holds_up_no_other(outbox: Outbox) -> None:
    outbox.put([message(who="mail-0000"), message()])
    with post_office() as office:
        sent(outbox, office.port, 0)
    assert [to for to, _letter in office.letters] == [ADDRESS]
    assert [trouble.recipient for trouble in outbox.troubles()] == ["mail-0000"]
    assert outbox.waiting() == []


def test_a_kill_between_sending_and_noting_it_sends_the_same_message_again_with_its_id(tmp_path: Path) -> None:
    with Outbox(tmp_path / "outbox.db") as outbox, post_office() as office:
        outbox.put([message()])
        command = [sys.executable, "-m", "tests.collector.channels.killed_sender", str(tmp_path), str(office.port)]
        assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
        assert len(office.letters) == 1
        (waiting,) = outbox.waiting()
        assert waiting.attempts == 1
        sent(outbox, office.port, 2_000_000)
        sent(outbox, office.port, 9_000_000)
    first, second = (letter["Message-ID"] for _to, letter in office.letters)
    assert first == second


def test_no_address_and_no_sent_text_stands_in_the_box(outbox: Outbox, tmp_path: Path) -> None:
    outbox.put([message()])
    with post_office() as office:
        sent(outbox, office.port, 0)
    outbox.close()
    with sqlite3.connect(tmp_path / "outbox.db") as sql:
        told = str(sql.execute("SELECT * FROM message").fetchall())
    assert ADDRESS not in told
    assert "…" not in told


def test_a_foreign_file_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as sql:
        sql.execute("CREATE TABLE theirs (x)")
    with pytest.raises(StoreError, match="another program"):
        Outbox(tmp_path / "other.db")


def test_each_way_of_a_route_is_a_recipient_of_its_own() -> None:
    route = Route(name="techniques", mail=("a@x.org", "b@x.org"), webhook_files=("hook",))
    kinds = [who.split("-")[0] for who in addresses(route)]
    assert kinds == ["mail", "mail", "webhook"]

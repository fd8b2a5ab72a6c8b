"""tepos queue on the spool of a collector that does not run."""

from __future__ import annotations

from pathlib import Path

from collector.sample import Sample
from collector.spool.queue import Rejected, Spool
from tests.scripts.commands.runner import tepos

NOW = 1_763_800_000_000


def filled(data: Path, cycles: int = 20) -> Path:
    """A closed spool of 1 MiB with so many cycles of one sample."""
    data.mkdir(exist_ok=True)
    spool = Spool.open(data / "spool.db", max_bytes=2**20, now=NOW)
    for n in range(cycles):
        spool.append([Sample("hall/inv", NOW + n, {"pac": 1000.0 + n, "state": "MPPT"})], NOW + n)
    spool.close()
    return data / "spool.db"


def test_without_a_spool_there_is_nothing_to_say(tmp_path: Path) -> None:
    for command in ("status", "verify", "requeue"):
        ended = tepos("queue", command, "--data", tmp_path / "nowhere")
        assert (ended.code, ended.out) == (1, "")
        assert "there is no spool here yet" in ended.err
    assert not (tmp_path / "nowhere").exists()


def test_a_file_that_is_no_spool_is_named(tmp_path: Path) -> None:
    (tmp_path / "spool.db").write_text("this is a shopping list\n" * 100)
    ended = tepos("queue", "status", "--data", tmp_path)
    assert (ended.code, ended.out) == (1, "")
    assert "spool.db" in ended.err


def test_what_waits_is_shown_with_since_when(tmp_path: Path) -> None:
    filled(tmp_path)
    document = tepos("queue", "status", "--data", tmp_path, "--json").json
    assert document["counters"] == {
        "appended": 20, "sent": 0, "rejected": 0, "dropped": 0, "damaged": 0, "queued": 20
    }  # fmt: skip
    assert document["oldest"].startswith("2025-11-22T")
    shown = tepos("queue", "status", "--data", tmp_path)
    assert "waiting for the store 20" in shown.said
    assert "the oldest of them since 2025-11-22" in shown.said


def test_a_sound_spool_is_verified_and_keeps_its_size(tmp_path: Path) -> None:
    path = filled(tmp_path)
    size = path.stat().st_size
    ended = tepos("queue", "verify", "--data", tmp_path)
    assert (ended.code, ended.out) == (0, "Every record can be read.\n")
    assert tepos("queue", "verify", "--data", tmp_path, "--json").json == {"problems": []}
    assert path.stat().st_size == size


def test_a_flipped_byte_in_a_record_is_found_and_counted(tmp_path: Path) -> None:
    path = filled(tmp_path)
    content = bytearray(path.read_bytes())
    at = content.rindex(b"hall/inv") if b"hall/inv" in content else _somewhere_in_a_record(path)
    content[at] ^= 0x40
    path.write_bytes(content)
    ended = tepos("queue", "verify", "--data", tmp_path, "--json")
    assert ended.code == 1
    assert len(ended.json["problems"]) >= 1
    assert tepos("queue", "verify", "--data", tmp_path).code in (0, 1)
    counters = tepos("queue", "status", "--data", tmp_path, "--json").json["counters"]
    assert counters["appended"] == sum(counters[k] for k in ("sent", "rejected", "dropped", "damaged", "queued"))


def _somewhere_in_a_record(path: Path) -> int:
    import contextlib
    import sqlite3

    with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        (record,) = connection.execute("SELECT record FROM queue ORDER BY ordinal LIMIT 1 OFFSET 7").fetchone()
    return path.read_bytes().index(record) + len(record) - 3


def test_what_the_store_had_rejected_waits_again(tmp_path: Path) -> None:
    filled(tmp_path)
    spool = Spool.open(tmp_path / "spool.db", max_bytes=2**20, now=NOW)
    batch = spool.peek()
    assert batch is not None
    spool.settle(batch, [Rejected(batch.samples[3], "the store is moody", NOW)])
    spool.close()
    assert tepos("queue", "requeue", "--data", tmp_path).out == "Samples that wait again: 1.\n"
    document = tepos("queue", "status", "--data", tmp_path, "--json").json
    assert (document["counters"]["queued"], document["quarantined"]) == (1, 0)

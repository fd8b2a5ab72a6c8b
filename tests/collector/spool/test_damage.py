"""A damaged spool: it always starts, delivers no wrong value, and counts every loss."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3

import pytest

from collector.errors import SpoolError
from collector.spool.queue import Rejected, Spool
from tests.collector.spool.samples import drain, in_child, lawful, sample, samples

BOUND = 512 * 1024
CYCLE, BULK = 12, 45  # about 5 kB: a record that spans pages


def opened(folder):
    return Spool.open(folder / "s.db", max_bytes=BOUND, now=1_700_000_000_000)


def filled(folder, cycles, sent=0):
    """A spool of so many cycles, the first `sent` samples delivered; left open."""
    spool = opened(folder)
    start = spool.counters.appended
    for at in range(start, start + cycles * CYCLE, CYCLE):
        spool.append(samples(at, at + CYCLE, BULK), now=at)
    if sent:
        spool.settle(spool.peek(sent), [Rejected(sample(0, BULK), "no", 1)])
    return spool


def copied(source, target):
    """The files as a power cut or SIGKILL leaves them: without the log's index."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for file in source.iterdir():
        if not file.name.endswith(("-shm", ".ballast")):
            shutil.copy(file, target)


def flip(file, bit):
    with file.open("r+b") as data:
        data.seek(bit // 8)
        (old,) = data.read(1)
        data.seek(bit // 8)
        data.write(bytes([old ^ 1 << bit % 8]))


def places_of_records(file):
    """Where each byte of each stored record stands in a checkpointed file: [(ordinal, offset of the byte)]."""
    connection = sqlite3.connect(file)
    rows = connection.execute("SELECT ordinal, record FROM queue").fetchall()
    connection.close()
    data, places = file.read_bytes(), []
    for ordinal, record in rows:
        for at in range(0, len(record) - 16, 16):
            where = data.find(record[at : at + 16])
            if where >= 0 and data.find(record[at : at + 16], where + 1) < 0:
                places += [(ordinal, where + i) for i in range(16)]
    return places


def test_each_flipped_bit_in_a_stored_record_is_detected_and_costs_at_most_that_cycle(memory):
    source, target = memory / "a", memory / "b"
    source.mkdir()
    filled(source, 40).close()
    places = places_of_records(source / "s.db")
    assert len(places) > 40 * 3000
    chance = random.Random(1)
    for _ in range(400):
        copied(source, target)
        ordinal, offset = chance.choice(places)
        flip(target / "s.db", 8 * offset + chance.randrange(8))
        spool = opened(target)
        expected = [n for n in range(40 * CYCLE) if not ordinal - CYCLE <= n < ordinal]
        assert drain(spool, BULK) == expected
        assert (spool.counters.damaged, spool.counters.sent) == (CYCLE, 39 * CYCLE)
        spool.close()


def test_a_flipped_bit_anywhere_never_refuses_the_start_and_every_loss_is_counted(memory):
    source, target = memory / "c", memory / "d"
    source.mkdir()
    filled(source, 25).close()
    spool = filled(source, 5, sent=30)  # the newest changes are in the log only
    accepted, settled = 30 * CYCLE, 30
    files = [source / "s.db", source / "s.db-wal", source / "s.db.counters"]
    assert all(file.stat().st_size for file in files)
    chance, losses, replaced = random.Random(2), 0, 0
    for turn in range(400):
        copied(source, target)
        file = target / chance.choices(files, (6, 6, 1))[0].name
        size = file.stat().st_size
        # Half of the flips hit what is in use, not the free room behind it.
        size = size if turn % 2 else min(size, 40 * 4096)
        flip(file, chance.randrange(8 * size))
        survivor = opened(target)
        numbers = drain(survivor, BULK)
        counters = survivor.counters
        assert numbers == sorted(set(numbers))
        assert set(numbers) <= set(range(settled, accepted))
        assert (counters.appended, counters.rejected, counters.dropped) == (accepted, 1, 0)
        assert len(numbers) + counters.damaged == accepted - settled
        assert counters.damaged <= CYCLE
        losses += counters.damaged > 0
        replaced += bool(list(target.glob("*corrupt*")))
        survivor.close()
    spool.close()
    print(f"{losses} flips cost a cycle, {replaced} files replaced")
    assert losses
    assert replaced


@pytest.mark.parametrize("name", ["s.db", "s.db-wal"])
def test_damage_that_shows_only_while_running_is_mended_at_once(tmp_path, name):
    spool = filled(tmp_path, 30)
    with (tmp_path / name).open("r+b") as file:
        for page in range(2, 60, 3):
            file.seek(page * 4096 + 700)
            file.write(b"\xff" * 900)
    numbers = []
    while batch := spool.peek(50):
        numbers += [s.time for s in batch.samples]
        assert batch.samples == [sample(n, BULK) for n in numbers[-len(batch.samples) :]]
        spool.settle(batch)
        at = spool.counters.appended
        if at < 40 * CYCLE:
            spool.append(samples(at, at + CYCLE, BULK), now=at)
    counters = spool.counters
    assert len(numbers) == counters.sent
    assert counters.sent + counters.damaged == counters.appended
    assert numbers == sorted(set(numbers))
    spool.close()


def test_a_file_cut_short_gives_back_what_is_left_of_it(tmp_path):
    filled(tmp_path, 30).close()
    os.truncate(tmp_path / "s.db", 60 * 4096 + 100)
    spool = opened(tmp_path)
    numbers = drain(spool, BULK)
    assert len(numbers) > 15 * CYCLE
    assert len(numbers) + spool.counters.damaged == 30 * CYCLE
    assert [p.name for p in tmp_path.glob("*.corrupt-*")] == ["s.db.corrupt-20231114T221320Z"]
    spool.close()


@pytest.mark.parametrize(("cycle", "bulk"), [(1, 0), (3, 100), (12, 45), (12, 200)])
def test_a_damaged_file_that_was_full_loses_nothing_for_lack_of_room(tmp_path, cycle, bulk):
    spool = opened(tmp_path)
    while not spool.counters.dropped:
        at = spool.counters.appended
        spool.append(samples(at, at + cycle, bulk), now=0)
    before = spool.counters
    spool.close()
    with (tmp_path / "s.db").open("r+b") as file:
        file.write(b"\xff" * 100)
    spool = opened(tmp_path)
    assert spool.counters == before
    assert drain(spool, bulk) == list(range(before.dropped, before.appended))
    spool.close()


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"not a database " * 5000, os.urandom(300_000)])
def test_a_file_that_is_no_spool_any_more_is_replaced_and_all_of_it_counted(tmp_path, content):
    filled(tmp_path, 10, sent=30).close()
    (tmp_path / "s.db").write_bytes(content)
    spool = opened(tmp_path)
    assert drain(spool) == []
    assert (spool.counters.appended, spool.counters.sent, spool.counters.damaged) == (120, 29, 90)
    spool.append(samples(120, 130), now=0)
    assert drain(spool) == list(range(120, 130))
    spool.close()


def test_a_deleted_file_is_made_again_and_what_it_held_counted(tmp_path):
    filled(tmp_path, 10).close()
    (tmp_path / "s.db").unlink()
    spool = opened(tmp_path)
    assert drain(spool) == []
    assert spool.counters.damaged == 120
    spool.close()


def test_without_any_counters_what_is_found_is_counted_from_nought(tmp_path):
    filled(tmp_path, 10).close()
    (tmp_path / "s.db.counters").unlink()
    with (tmp_path / "s.db").open("r+b") as file:
        file.write(b"\0" * 4096)
    spool = opened(tmp_path)
    assert drain(spool, BULK) == list(range(120))
    assert (spool.counters.appended, spool.counters.damaged) == (120, 0)
    spool.close()


@pytest.mark.parametrize("name", ["s.db", "s.db.counters"])
def test_a_directory_in_the_place_of_a_file_is_set_aside(tmp_path, name):
    filled(tmp_path, 2).close()
    (tmp_path / name).unlink()
    (tmp_path / name / "something").mkdir(parents=True)
    spool = opened(tmp_path)
    assert spool.counters.appended == 2 * CYCLE
    assert (next(tmp_path.glob("*.corrupt-*")) / "something").is_dir()
    assert lawful(spool)
    spool.close()


def test_a_sidecar_of_another_spool_is_not_believed(tmp_path):
    for name, cycles in (("one", 3), ("two", 9)):
        (tmp_path / name).mkdir()
        filled(tmp_path / name, cycles).close()
    shutil.copy(tmp_path / "two" / "s.db.counters", tmp_path / "one")
    spool = opened(tmp_path / "one")
    assert drain(spool, BULK) == list(range(3 * CYCLE))
    assert spool.counters.damaged == 0
    spool.close()


def test_an_older_copy_of_the_file_delivers_nothing_twice(tmp_path):
    filled(tmp_path, 10).close()
    shutil.copy(tmp_path / "s.db", tmp_path / "backup")
    filled(tmp_path, 2, sent=60).close()
    (tmp_path / "backup").rename(tmp_path / "s.db")
    spool = opened(tmp_path)
    assert drain(spool, BULK) == list(range(60, 120))
    assert spool.counters.damaged == 2 * CYCLE
    spool.close()


def test_a_replacement_that_was_interrupted_is_brought_to_its_end(tmp_path):
    filled(tmp_path, 10).close()
    (tmp_path / "s.db").rename(tmp_path / "s.db.new")
    (tmp_path / "s.db-wal").write_bytes(b"the log of the file that was set aside")
    (tmp_path / "s.db.building").write_bytes(b"half")
    spool = opened(tmp_path)
    assert drain(spool, BULK) == list(range(120))
    assert not (tmp_path / "s.db.building").exists()
    spool.close()


def test_only_the_newest_damaged_files_are_kept(tmp_path):
    for _ in range(6):
        filled(tmp_path, 1).close()
        (tmp_path / "s.db").write_bytes(b"garbage" * 1000)
    opened(tmp_path).close()
    assert len(list(tmp_path.glob("*.corrupt-*"))) == 3


def test_a_damaged_record_is_told_by_verify(tmp_path):
    filled(tmp_path, 10).close()
    ordinal, offset = places_of_records(tmp_path / "s.db")[5000]
    flip(tmp_path / "s.db", 8 * offset)
    spool = opened(tmp_path)
    (fault,) = spool.verify()
    assert str(CYCLE) in fault
    assert str(ordinal) in fault
    spool.close()


def test_a_folder_without_the_right_to_write_is_told_and_nothing_is_set_aside(tmp_path):
    filled(tmp_path, 1).close()
    (tmp_path / "s.db.counters").chmod(0o444)
    for file in (tmp_path / "s.db", tmp_path):
        file.chmod(0o555)

    def open_without_right():
        if os.geteuid() == 0:  # root may write everywhere
            for folder in tmp_path.parents:
                if folder.stat().st_uid == 0 and str(folder).startswith("/tmp/"):
                    folder.chmod(0o755)
            os.setuid(65534)
        with pytest.raises(SpoolError, match="right to write"):
            opened(tmp_path)

    child = in_child(open_without_right)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    tmp_path.chmod(0o755)
    assert not list(tmp_path.glob("*corrupt*"))

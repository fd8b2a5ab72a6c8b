"""The file of a backup in wrong hands: cut off, flipped, rewritten, or no backup at all. Nothing of it is believed."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.backup.archive import unpack
from scripts.backup.fault import BackupError
from scripts.backup.manifest import known_name
from tests.scripts.backups import installation, tepos

Members = list[tuple[tarfile.TarInfo, bytes]]


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("backup")
    data, town = installation(folder)
    assert tepos("backup", folder / "town.tepos", "--data", data, "--town", town).exit_code == 0
    return folder / "town.tepos"


def members(backup: Path) -> Members:
    with tarfile.open(backup) as tar:
        return [(member, file.read() if (file := tar.extractfile(member)) else b"") for member in tar]


def packed(target: Path, content: Members) -> Path:
    with tarfile.open(target, "w:gz", format=tarfile.GNU_FORMAT) as tar:
        for member, data in content:
            tar.addfile(member, io.BytesIO(data))
    return target


def with_manifest(content: Members, change: Callable[[dict[str, Any]], object]) -> Members:
    """The same files under a manifest that says something else."""
    manifest = json.loads(content[0][1])
    change(manifest)
    data = json.dumps(manifest).encode()
    head = tarfile.TarInfo("manifest.json")
    head.size = len(data)
    return [(head, data), *content[1:]]


def refused(backup: Path, folder: Path) -> str:
    """What both uses of a bad file say, which leave nothing behind."""
    before = sorted(backup.parent.iterdir())
    verified = tepos("restore", backup, "--verify")
    restored = tepos("restore", backup, "--data", folder / "new" / "data")
    assert (verified.exit_code, restored.exit_code, verified.stdout, restored.stdout) == (1, 1, "", "")
    assert not (folder / "new").exists()
    assert sorted(backup.parent.iterdir()) == before
    assert str(backup) in restored.stderr
    return verified.stderr


def test_what_is_no_backup_is_said_to_be_none(tmp_path: Path) -> None:
    for number, content in enumerate((b"", b"a shopping list\n" * 100, gzip.compress(b"x" * 2000))):
        (tmp_path / f"{number}.tepos").write_bytes(content)
        assert ".tepos: it is no backup, or cut off or damaged: " in refused(tmp_path / f"{number}.tepos", tmp_path)
    other = packed(tmp_path / "other.tepos", [(tarfile.TarInfo("holiday.jpg"), b"")])
    assert "this is no backup of tepos" in refused(other, tmp_path)


@pytest.mark.parametrize("share", [0.01, 0.3, 0.7, 0.999])
def test_a_file_that_was_cut_off_is_refused(backup: Path, tmp_path: Path, share: float) -> None:
    whole = backup.read_bytes()
    (tmp_path / "cut.tepos").write_bytes(whole[: int(share * len(whole))])
    assert "cut off or damaged" in refused(tmp_path / "cut.tepos", tmp_path)


@given(st.data())
@settings(max_examples=60)
def test_with_any_bit_flipped_it_is_refused_or_gives_the_same_files(
    backup: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = bytearray(backup.read_bytes())
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= 1 << data.draw(st.integers(0, 7))
    folder = tmp_path_factory.mktemp("flip")
    (folder / "flip.tepos").write_bytes(whole)
    (folder / "out").mkdir()
    try:
        manifest = unpack(folder / "flip.tepos", folder / "out", lambda _manifest: None, lambda _size: None)
    except BackupError:
        return
    packed_once = {member.name: data for member, data in members(backup)}
    assert manifest.model_dump_json(indent=1).encode() == packed_once.pop("manifest.json")
    assert {name: (folder / "out" / name).read_bytes() for name in packed_once} == packed_once


def test_a_backup_of_a_later_tepos_asks_for_that(backup: Path, tmp_path: Path) -> None:
    later = with_manifest(members(backup), lambda manifest: manifest.update(tepos_backup=2, shape="unknown"))
    assert "version 2 of the format, this tepos knows version 1: update tepos" in refused(
        packed(tmp_path / "later.tepos", later), tmp_path
    )


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "town/../../escaped", "../escaped", "town//x", "town/", "town/./x", "town\\x", "town/a\\..\\b",
     "town/line\nbreak", "store.db/x", "secrets.txt", "", "town/" + "x" * 200, "./store.db"],
)  # fmt: skip
def test_names_that_lead_elsewhere_are_none(name: str, backup: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no name of a file"):
        known_name(name)
    wrong = with_manifest(members(backup), lambda manifest: manifest["entries"][1].update(name=name))
    assert "its manifest makes no sense" in refused(packed(tmp_path / "wrong.tepos", wrong), tmp_path)


def test_names_of_a_town_are_some() -> None:
    for name in ("town/town.toml", "town/devices/huawei.toml", "town/LISEZ-MOI à Loos.txt", "store.db", "PROVENANCE"):
        assert known_name(name) == name


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_are_refused(backup: Path, tmp_path: Path, kind: bytes) -> None:
    content = members(backup)
    content[1][0].type, content[1][0].linkname = kind, "/etc/passwd"
    assert "an entry of this kind stands in no backup" in refused(packed(tmp_path / "link.tepos", content), tmp_path)


def test_an_entry_that_the_manifest_does_not_announce_is_refused(backup: Path, tmp_path: Path) -> None:
    content = members(backup)
    swapped = packed(tmp_path / "swapped.tepos", [content[0], content[2], content[1], *content[3:]])
    more = packed(tmp_path / "more.tepos", [*content, (content[1][0], content[1][1])])
    fewer = packed(tmp_path / "fewer.tepos", content[:-1])
    assert "something else stands in its place" in refused(swapped, tmp_path)
    assert "something stands behind its end" in refused(more, tmp_path)
    assert "cut off or damaged" in refused(fewer, tmp_path)


def test_an_entry_of_another_size_is_refused_before_it_is_written(backup: Path, tmp_path: Path) -> None:
    content = members(backup)
    grown = [*content[:-1], (content[-1][0], content[-1][1] + bytes(4096))]
    grown[-1][0].size += 4096
    assert "something else stands in its place" in refused(packed(tmp_path / "grown.tepos", grown), tmp_path)


def test_more_than_the_disk_holds_is_not_begun(backup: Path, tmp_path: Path) -> None:
    vast = with_manifest(members(backup), lambda manifest: manifest["entries"][-1].update(size=10**18))
    assert "1e+18" not in (said := refused(packed(tmp_path / "vast.tepos", vast), tmp_path))
    assert "are needed there" in said


def test_content_that_does_not_match_its_checksum_is_refused(backup: Path, tmp_path: Path) -> None:
    content = members(backup)
    content[-1] = (content[-1][0], content[-1][1][:-1] + b"\xff")
    assert "store.db: its checksum is wrong" in refused(packed(tmp_path / "other.tepos", content), tmp_path)


def test_a_manifest_that_miscounts_rows_is_refused(backup: Path, tmp_path: Path) -> None:
    def miscount(manifest: dict[str, Any]) -> None:
        manifest["entries"][-1]["database"]["rows"]["sample_1"] += 1

    wrong = packed(tmp_path / "wrong.tepos", with_manifest(members(backup), miscount))
    assert "store.db: other rows than its manifest says" in refused(wrong, tmp_path)
    wrong = packed(tmp_path / "spool.tepos", with_manifest(members(backup), lambda m: m["spool"].update(sent=7)))
    assert "spool.db: other rows than its manifest says" in refused(wrong, tmp_path)


def test_a_damaged_database_under_a_right_checksum_is_found(backup: Path, tmp_path: Path) -> None:
    content = members(backup)
    head, data = content[-1]
    broken = data[:4096] + b"\xff" * 100 + data[4196:]

    def agree(manifest: dict[str, Any]) -> None:
        manifest["entries"][-1]["sha256"] = hashlib.sha256(broken).hexdigest()

    forged = with_manifest([*content[:-1], (head, broken)], agree)
    assert "store.db" in refused(packed(tmp_path / "broken.tepos", forged), tmp_path)


def test_a_database_of_a_later_tepos_asks_for_that(backup: Path, tmp_path: Path) -> None:
    content = members(backup)
    head, data = content[-1]
    later = data[:60] + (99).to_bytes(4, "big") + data[64:]  # user_version

    def agree(manifest: dict[str, Any]) -> None:
        manifest["entries"][-1]["sha256"] = hashlib.sha256(later).hexdigest()
        manifest["entries"][-1]["database"]["user_version"] = 99

    forged = with_manifest([*content[:-1], (head, later)], agree)
    assert "store.db was written by a newer tepos" in refused(packed(tmp_path / "later.tepos", forged), tmp_path)

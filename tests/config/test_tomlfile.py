from pathlib import Path

import pytest

from config.faults import ConfigError, Fault
from config.tomlfile import read_toml


def fault_of(path: Path, raw: bytes | None = None) -> Fault:
    if raw is not None:
        path.write_bytes(raw)
    with pytest.raises(ConfigError) as caught:
        read_toml(path)
    (fault,) = caught.value.faults
    assert fault.file == str(path)
    assert fault.remedy
    return fault


def test_a_syntax_error_is_told_with_line_column_and_the_line(tmp_path):
    fault = fault_of(tmp_path / "a.toml", b"a = 1\nkwp = 35,5\n")
    assert "line 2, column 9" in fault.what
    assert "kwp = 35,5" in fault.what


def test_a_latin_1_file_is_told_with_its_line(tmp_path):
    assert "line 2 is not UTF-8" in fault_of(tmp_path / "a.toml", 'a = 1\nname = "école"\n'.encode("latin-1")).what


@pytest.mark.parametrize(
    ("encoding", "words"),
    [("utf-8-sig", "byte order mark"), ("utf-16", "UTF-16")],
)
def test_a_byte_order_mark_is_told(tmp_path, encoding, words):
    assert words in fault_of(tmp_path / "a.toml", "a = 1\n".encode(encoding)).what


def test_a_missing_file_is_told(tmp_path):
    assert "no such file" in fault_of(tmp_path / "a.toml").what


def test_a_folder_in_place_of_a_file_is_told(tmp_path):
    assert "cannot be read" in fault_of(tmp_path).what


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"# only a comment\n"])
def test_an_empty_file_is_told(tmp_path, raw):
    assert "empty" in fault_of(tmp_path / "a.toml", raw).what


def test_an_empty_file_passes_where_it_may_be_empty(tmp_path):
    (tmp_path / "a.toml").write_bytes(b"")
    assert read_toml(tmp_path / "a.toml", may_be_empty=True) == {}


@pytest.mark.parametrize(
    "raw",
    [b"a = " + b"[" * 5000 + b"]" * 5000, b"[" + b".".join([b"a"] * 5000) + b"]\n", b"a = " + b"[" * 30 + b"]" * 30],
)
def test_absurd_nesting_is_told(tmp_path, raw):
    assert "nested too deep" in fault_of(tmp_path / "a.toml", raw).what


@pytest.mark.parametrize("number", [b"9223372036854775808", b"-9223372036854775809", b"0x" + b"f" * 9000, b"9" * 9000])
def test_a_number_beyond_64_bits_is_told(tmp_path, number):
    fault_of(tmp_path / "a.toml", b"[t]\na = [1, " + number + b"]\n")


def test_the_key_of_a_number_beyond_64_bits_is_told(tmp_path):
    assert fault_of(tmp_path / "a.toml", b"[t]\na = [1, 9223372036854775808]\n").key == "t.a[1]"


def test_a_file_of_many_megabytes_is_refused(tmp_path):
    assert "8 MiB" in fault_of(tmp_path / "a.toml", b"#" * (8 * 2**20 + 1)).what

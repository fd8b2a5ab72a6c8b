"""A small disk of its own, and something that fills it to the last byte."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.peers import need


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of 8 MiB, mounted on the folder; skips the test where none can be mounted, and fails it in CI."""
    need(os.geteuid() == 0 and shutil.which("mount") is not None, "the right to mount a small file system (root)")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tepos-test", folder], capture_output=True)
    need(mounted.returncode == 0, f"a small file system: {mounted.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(disk: Path) -> None:
    """Take all the room that is left, in the file `others`, and what others give back meanwhile."""
    with (disk / "others").open("ab", buffering=0) as file:
        for _attempt in range(1000):
            for size in (65536, 4096, 1):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError:
                    pass
            if os.statvfs(disk).f_bavail == 0:
                return
    raise AssertionError("somebody gives back room again and again")

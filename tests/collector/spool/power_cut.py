"""What a disk may hold after a power cut: the system calls of a writer are recorded, then replayed up to any moment.

Everything that was synced is there. Of what was written but not synced any subset is there, each write possibly torn at
a 512-byte sector. Names (rename, unlink) are taken to be durable at once, in their order.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

CALLS = "pwrite64,write,fsync,fdatasync,ftruncate,fallocate,unlink,unlinkat,rename,renameat,renameat2"
_LINE = re.compile(r"(?:\d+\s+)?(\w+)\((.*)\)\s+=\s+(-?\d+)")
_STRING = re.compile(r'"([^"]*)"')
_FILE = re.compile(r"<([^>]*)>")
SECTOR = 512


@dataclass(frozen=True, slots=True)
class Call:
    """One thing done to the disk. `kind`: write, size, sync, unlink, rename, mark."""

    kind: str
    name: str
    at: int = 0
    data: bytes = b""
    to: str = ""


def record(script: str, arguments: list[str], folder: Path) -> list[Call]:
    """Run a Python script under strace; its calls on files of `folder`, and what it wrote to stdout as marks."""
    trace = folder.parent / f"{folder.name}.strace"
    command = ["strace", "-y", "-xx", "-s", "4000000", "-e", f"trace={CALLS}", "-o", str(trace)]
    command += [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": "."}, timeout=600)
    assert done.returncode == 0, done.stderr
    with trace.open() as lines:
        return [call for line in lines if (call := _parse(line, str(folder)))]


def _parse(line: str, folder: str) -> Call | None:
    match = _LINE.match(line)
    if not match or int(match[3]) < 0:
        return None
    what, arguments = match[1], match[2]
    strings = [_bytes(found) for found in _STRING.findall(arguments)]
    if what.startswith(("unlink", "rename")):
        names = [os.path.basename(s.decode()) for s in strings if s.decode().startswith(folder)]
        if not names:
            return None
        return Call("unlink", names[0]) if what.startswith("unlink") else Call("rename", names[0], to=names[1])
    file = _bytes(found[1]).decode() if (found := _FILE.search(arguments)) else ""
    if what == "write" and arguments.startswith("1<"):
        return Call("mark", "", data=strings[0])
    if not file.startswith(folder + "/"):
        return None
    name = os.path.basename(file)
    if what == "pwrite64":
        return Call("write", name, int(arguments.rsplit(",", 1)[1]), strings[0])
    if what in ("fsync", "fdatasync"):
        return Call("sync", name)
    if what == "ftruncate":
        return Call("size", name, int(arguments.rsplit(",", 1)[1]))
    if what == "fallocate":
        offset, length = arguments.rsplit(",", 2)[1:]
        return Call("grow", name, int(offset) + int(length))
    raise AssertionError(f"a call that cannot be replayed: {line[:200]}")


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", "")) if text.startswith("\\x") else text.encode()


@dataclass
class Disk:
    """What is durable, and what was written since."""

    files: dict[str, bytearray] = field(default_factory=dict)
    pending: dict[str, list[Call]] = field(default_factory=dict)

    def do(self, call: Call) -> None:
        """One more call."""
        if call.kind == "sync":
            for waiting in self.pending.pop(call.name, []):
                _apply(self.files, waiting)
        elif call.kind == "unlink":
            self.files.pop(call.name, None)
            self.pending.pop(call.name, None)
        elif call.kind == "rename":
            for place in (self.files, self.pending):
                place.pop(call.to, None)
                if call.name in place:
                    place[call.to] = place.pop(call.name)
            moved = [Call(c.kind, call.to, c.at, c.data) for c in self.pending.get(call.to, [])]
            if moved:
                self.pending[call.to] = moved
        elif call.kind != "mark":
            self.pending.setdefault(call.name, []).append(call)

    def after_cut(self, chance: random.Random) -> dict[str, bytearray]:
        """One of the disks that a power cut at this moment may leave."""
        files = {name: bytearray(data) for name, data in self.files.items()}
        kept = chance.choice((0, 0.3, 0.7, 1))
        for name, calls in self.pending.items():
            # A file that is never synced (the sidecar): as it was at any time, also far back.
            until = chance.randrange(len(calls) + 1) if len(calls) > 200 and chance.random() < 0.5 else len(calls)
            for call in calls[max(0, until - 200) : until]:
                if chance.random() < kept:
                    _apply(files, _torn(call, chance) if chance.random() < 0.3 else call)
            files.setdefault(name, bytearray())
        return files


def _torn(call: Call, chance: random.Random) -> Call:
    if call.kind != "write" or len(call.data) < 2:
        return call
    # Smaller than a sector: torn at any byte, which no disk does, but then nothing depends on it.
    sectors = len(call.data) // SECTOR
    length = SECTOR * chance.randrange(1, sectors + 1) if sectors else chance.randrange(1, len(call.data))
    return Call("write", call.name, call.at, call.data[:length])


def _apply(files: dict[str, bytearray], call: Call) -> None:
    data = files.setdefault(call.name, bytearray())
    if call.kind == "write":
        if len(data) < call.at:
            data.extend(bytes(call.at - len(data)))
        data[call.at : call.at + len(call.data)] = call.data
    elif len(data) < call.at:
        data.extend(bytes(call.at - len(data)))
    elif call.kind == "size":
        del data[call.at :]


def images(calls: list[Call], count: int, seed: int) -> Iterator[tuple[int, dict[str, bytearray]]]:
    """`count` disks after power cuts at random moments: (index of the last call done, files)."""
    chance = random.Random(seed)
    cuts = sorted(chance.randrange(len(calls)) for _ in range(count))
    disk, done = Disk(), -1
    for cut in cuts:
        for call in calls[done + 1 : cut + 1]:
            disk.do(call)
        done = cut
        yield cut, disk.after_cut(chance)

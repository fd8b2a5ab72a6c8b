"""Runs several commands, each in its own process, forked after the imports: these cost more than most tests.

    python -m tests.scripts.commands.each '[["devices"], ["queue", "nosuch"]]'

prints [[code, out, err], …]. Language, width and terminal are those of the start.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile

from scripts.cli import main


def ended(words: list[str]) -> tuple[int, str, str]:
    """Run one command in a child; its exit code and what it wrote."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            sys.argv = ["tepos", *words]
            code: object = 0
            try:
                main()
            except SystemExit as end:
                code = end.code
            except BaseException:
                import traceback

                traceback.print_exc()
                code = 1
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code if isinstance(code, int) else 0)
        status = os.waitpid(child, 0)[1]
        written = []
        for file in (out, err):
            file.seek(0)
            written.append(file.read().decode())
        return os.waitstatus_to_exitcode(status), written[0], written[1]


if __name__ == "__main__":
    print(json.dumps([ended(words) for words in json.loads(sys.argv[1])]))

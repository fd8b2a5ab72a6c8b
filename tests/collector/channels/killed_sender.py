"""Sends what is due, and is killed after the server has taken it and before that is noted: python -m … FOLDER PORT."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from collector.channels.outbox import Outbox
from collector.channels.sending import Channels, deliver
from config.notify import Notify, Route, Smtp

ADDRESS = "technique@example.org"


def notify(port: int) -> Notify:
    smtp = Smtp(host="127.0.0.1", port=port, security="none", sender="tepos@example.org")
    return Notify(smtp=smtp, routes=(Route(name="services-techniques", mail=(ADDRESS,)),))


def main(folder: Path, port: int) -> None:
    asked = 0

    def now() -> int:  # asked for what is due, for the attempt, and for the note that it was sent
        nonlocal asked
        asked += 1
        if asked == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return 1_000_000

    with Outbox(folder / "outbox.db") as outbox:
        deliver(outbox, Channels(notify(port), folder).of, now, lambda: False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

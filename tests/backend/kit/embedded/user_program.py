"""A process that uses the embedded server until its standard input ends; it says what happens to it, line by line."""

import argparse
import os
import signal
import sys
from pathlib import Path

from backend.kit.embedded import EmbeddedServerError, running_server


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--uid", type=int)
    parser.add_argument("--fork", action="store_true")
    asked = parser.parse_args()
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests may have told its children to ignore it
    if asked.uid:
        # After the imports: the interpreter may be closed to that user.
        os.setgroups([])
        os.setgid(asked.uid)
        os.setuid(asked.uid)
    try:
        with running_server(asked.data_dir, settings={"fsync": "off"}) as server:
            if asked.fork:
                child = os.fork()
                if child == 0:
                    sys.exit(0)
                os.waitpid(child, 0)
            say(f"in {server.socket_dir}")
            sys.stdin.read()
    except EmbeddedServerError as error:
        say(f"refused {error.code}")
        return 3
    say("out")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""localstripe at a door that is open already: `python -m tests.support.localstripe_process DOOR LIFE`, both numbers of open files.

Its own command listens on every address of the machine and keeps what it is told in one file of /tmp. Here it forgets everything when it
ends, and it ends with whoever started it, however that ended: LIFE is the end of a pipe that closes then.
"""

import os
import socket
import sys
import threading

from aiohttp import web
from localstripe.resources import Store
from localstripe.server import app


def _end_with_the_starter(life: int) -> None:
    os.read(life, 1)
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_end_with_the_starter, args=[int(sys.argv[2])], daemon=True).start()
    Store.dump_to_disk = lambda _store: None
    web.run_app(app, sock=socket.socket(fileno=int(sys.argv[1])), access_log=None, print=None)

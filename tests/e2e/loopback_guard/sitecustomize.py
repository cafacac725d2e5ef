"""Put on PYTHONPATH: notes and refuses every connection or look-up that leaves this machine, in every Python process.

Lines go to the file that LOOPBACK_GUARD names.
"""

import os
import sys
from pathlib import Path

LOCAL = {"127.0.0.1", "::1", "localhost", "", "0.0.0.0", "None"}
WATCHED = {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname"}


def _guard(event: str, arguments: tuple[object, ...]) -> None:
    if event not in WATCHED:
        return
    address = arguments[0] if event.startswith("socket.get") else arguments[1]
    host = address[0] if isinstance(address, tuple) else address
    is_path = event in ("socket.connect", "socket.sendto", "socket.sendmsg") and not isinstance(address, tuple)
    if is_path or (host.decode() if isinstance(host, bytes) else str(host)) in LOCAL:
        return
    with Path(os.environ["LOOPBACK_GUARD"]).open("a") as file:
        file.write(f"{event} {address!r} by {sys.argv[:3]}\n")
    raise OSError(f"{event} {address!r}: a test must not leave this machine")


sys.addaudithook(_guard)

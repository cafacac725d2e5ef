"""Who holds a lease: a name that says which process it is, so that one that died need not be waited for."""

import os
import socket
import uuid


def this_owner() -> str:
    """A name for this process and this piece of work."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def is_dead(owner: str) -> bool:
    """Whether the process of that name ran on this machine and is gone. Of another machine nobody knows: False."""
    host, pid, _ = owner.rsplit(":", 2)
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False

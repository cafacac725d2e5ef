"""A name server on loopback that knows the TXT records it is given."""

import socket
import threading
from types import TracebackType
from typing import Self

import dns.message
import dns.rcode
import dns.rrset


class NameServer:
    """Answers on UDP `address` (`127.0.0.1:PORT`) from `records`, name by name; others do not exist."""

    def __init__(self, records: dict[str, list[str]]) -> None:
        self.records = records
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, name="name-server")

    def _serve(self) -> None:
        while True:
            wire, asker = self._socket.recvfrom(4096)
            if not wire:
                return
            asked = dns.message.from_wire(wire)
            answer = dns.message.make_response(asked)
            name = asked.question[0].name
            texts = self.records.get(name.to_text(omit_final_dot=True))
            if texts is None:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            else:
                quoted = [" ".join(f'"{text[i : i + 200]}"' for i in range(0, len(text), 200)) for text in texts]
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *quoted))
            self._socket.sendto(answer.to_wire(), asker)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ending:
            ending.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

"""Which addresses are public, and that a bomb does not fill the memory."""

import gzip
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
import zstandard

from claimwatch.fetching.decoding import Undecodable, decoder
from claimwatch.fetching.network import is_public
from tests.upstream import Upstream, reply

MIB = 1024 * 1024


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "fd00:ec2::254",
    ],
)
def test_private_addresses(address: str) -> None:
    assert not is_public(address)


def bomb(compress: Callable[[bytes], bytes], pieces: int) -> bytes:
    """Many streams one after the other, each of 10 MB of zeros."""
    return compress(b"\0" * 10_000_000) * pieces


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", bomb(gzip.compress, 3)),
        ("deflate", zlib.compress(b"\0" * 30_000_000)),
        ("br", brotli.compress(b"\0" * 30_000_000, quality=4)),
        ("zstd", bomb(zstandard.compress, 3)),
    ],
)
def test_decoders_give_small_pieces(encoding: str, packed: bytes) -> None:
    """Whatever comes in at once, no piece that goes out is large."""
    sizes = [len(piece) for piece in decoder(encoding)([packed])]
    assert sum(sizes) == 30_000_000
    assert max(sizes) <= 4 * MIB


def test_a_zstd_window_beyond_the_standard_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27)
    packing = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    packed = packing.compress(bytes(range(256)) * 40_000) + packing.flush()
    with pytest.raises(Undecodable, match="zstd"):
        list(decoder("zstd")([packed]))


PROBE = """
import sys
import zlib
from datetime import UTC, datetime
from claimwatch.errors import TooLarge
from claimwatch.fetching import Client, Request
from claimwatch.settings import load_settings

def peak() -> int:
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) * 1024

with Client(load_settings(upstream=sys.argv[1], pace="off"), lambda: datetime.now(UTC)) as client:
    assert client.get(Request("https://example.org/small")).body == b"small"
    idle = peak()
    try:
        client.get(Request("https://example.org/bomb"))
    except TooLarge as error:
        print(peak() - idle, len(error.answer.body))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
@pytest.mark.parametrize(
    ("encoding", "compress"),
    [
        ("gzip", gzip.compress),
        ("br", lambda data: brotli.compress(data, quality=4)),
        ("zstd", zstandard.compress),
    ],
)
def test_a_bomb_of_300_mb_is_refused_within_60_mb(
    upstream: Upstream, encoding: str, compress: Callable[[bytes], bytes]
) -> None:
    packed = compress(b"\0" * 300_000_000)
    assert len(packed) < 320_000
    upstream.on("/example.org/small", reply(body="small"))
    upstream.on("/example.org/bomb", reply(body=packed, content_encoding=encoding))
    ran = subprocess.run(
        [sys.executable, "-c", PROBE, upstream.url], capture_output=True, text=True, timeout=120, check=True
    )
    grown, kept = map(int, ran.stdout.split())
    assert grown < 60_000_000
    assert kept == 256_000

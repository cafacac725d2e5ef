"""Content encodings undone piece by piece, so that a small body cannot become a large one in memory.

A decoder yields pieces of at most a few hundred kilobytes however far the input expands; the reader counts them and
stops. Each raises `Undecodable` for a broken stream and for one that ends before its end.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator

import brotli
import zstandard

ACCEPT_ENCODING = "gzip, deflate, br, zstd"
_PIECE = 65_536
# One byte of zstd can stand for some 32 kB and its decoder has no limit on output, so it is fed in small slices.
_ZSTD_SLICE = 128
_ZSTD_WINDOW = 8 * 1024 * 1024  # the most that RFC 8878 asks a receiver to support


class Undecodable(Exception):
    """The body is not what its Content-Encoding says, or it is cut off."""


def decoder(encoding: str) -> Callable[[Iterable[bytes]], Iterator[bytes]]:
    """The decoder for the value of Content-Encoding. Raises `Undecodable` for one that we did not ask for."""
    decoders: dict[str, Callable[[Iterable[bytes]], Iterator[bytes]]] = {
        "": iter,
        "identity": iter,
        "gzip": _gzip,
        "x-gzip": _gzip,
        "deflate": _deflate,
        "br": _brotli,
        "zstd": _zstd,
    }
    try:
        return decoders[encoding.strip().lower()]
    except KeyError:
        raise Undecodable(f"the Content-Encoding {encoding!r} is not one that we asked for") from None


def _inflated(inflate: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    while data and not inflate.eof:  # at the end zlib leaves what follows in unconsumed_tail as well
        piece = inflate.decompress(data, _PIECE)
        data = inflate.unconsumed_tail
        if piece:
            yield piece


def _gzip(chunks: Iterable[bytes]) -> Iterator[bytes]:
    member = zlib.decompressobj(zlib.MAX_WBITS | 16)
    begun = False
    try:
        for chunk in chunks:
            data = chunk
            while data:
                if member.eof:  # several members one after the other are one stream (RFC 1952, 2.2)
                    if not data.strip(b"\0"):
                        break  # padding
                    member = zlib.decompressobj(zlib.MAX_WBITS | 16)
                begun = True
                yield from _inflated(member, data)
                data = member.unused_data
    except zlib.error as error:
        raise Undecodable(f"broken gzip: {error}") from error
    if begun and not member.eof:
        raise Undecodable("the gzip stream is cut off")


def _deflate(chunks: Iterable[bytes]) -> Iterator[bytes]:
    inflate: zlib._Decompress | None = None
    try:
        for chunk in chunks:
            if chunk and inflate is None:
                # RFC 9110 means zlib; some servers send the bare stream. A zlib header begins with 8 in the low bits.
                inflate = zlib.decompressobj(zlib.MAX_WBITS if chunk[0] & 0x0F == 8 else -zlib.MAX_WBITS)
            if inflate is not None:
                yield from _inflated(inflate, chunk)
    except zlib.error as error:
        raise Undecodable(f"broken deflate: {error}") from error
    if inflate is not None and not inflate.eof:
        raise Undecodable("the deflate stream is cut off")


def _brotli(chunks: Iterable[bytes]) -> Iterator[bytes]:
    stream = brotli.Decompressor()
    begun = False
    try:
        for chunk in chunks:
            begun = begun or bool(chunk)
            piece = stream.process(chunk, output_buffer_limit=_PIECE)
            while piece:
                yield piece
                piece = b"" if stream.is_finished() else stream.process(b"", output_buffer_limit=_PIECE)
    except brotli.error as error:
        raise Undecodable(f"broken brotli: {error}") from error
    if begun and not stream.is_finished():
        raise Undecodable("the brotli stream is cut off")


def _zstd(chunks: Iterable[bytes]) -> Iterator[bytes]:
    context = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    frame = context.decompressobj()
    begun = False
    try:
        for chunk in chunks:
            for at in range(0, len(chunk), _ZSTD_SLICE):
                data = chunk[at : at + _ZSTD_SLICE]
                while data:
                    if frame.eof:
                        frame = context.decompressobj()
                    begun = True
                    piece = frame.decompress(data)
                    if piece:
                        yield piece
                    data = frame.unused_data if frame.eof else b""
    except zstandard.ZstdError as error:
        raise Undecodable(f"broken zstd: {error}") from error
    if begun and not frame.eof:
        raise Undecodable("the zstd stream is cut off")

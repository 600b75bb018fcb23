"""A reader for the messages of one side of a WebSocket (RFC 6455, 7692)."""

import zlib
from collections.abc import Iterator
from typing import Any, Final

from attrs import define, field, frozen

NOTE_OF_CLOSING: Final = "websocket_close"
"""The note of an entry that tells who closed a WebSocket, and with which code."""

_CONTINUATION: Final = 0x0
_TEXT: Final = 0x1
_BINARY: Final = 0x2
_CLOSE: Final = 0x8
_FIN: Final = 0x80
_COMPRESSED: Final = 0x40
_MASKED: Final = 0x80
_LENGTH: Final = 0x7F
_TWO_BYTES: Final = 126
_EIGHT_BYTES: Final = 127
_NO_CODE: Final = 1005
# What a compressed message ends with, and what is not sent (RFC 7692, section 7.2.2).
_TAIL: Final = b"\x00\x00\xff\xff"


@frozen
class CloseFrame:
    """One side closes the WebSocket.

    Args:
        code: the reason, as in RFC 6455, section 7.4; 1005 for none.
    """

    code: int = _NO_CODE


@define(eq=False, repr=False)
class FrameReader:
    """Reads messages from the bytes that one side sends, in pieces of any size.

    Args:
        extensions: what was agreed in ``Sec-WebSocket-Extensions``.
        from_client: whether the client sends them.
    """

    extensions: str
    from_client: bool
    _buffer: bytearray = field(factory=bytearray, init=False)
    _opcode: int = field(default=0, init=False)
    _compressed: bool = field(default=False, init=False)
    _payload: bytearray = field(factory=bytearray, init=False)
    _unpacker: Any = field(default=None, init=False)

    def feed(self, data: bytes) -> Iterator[str | bytes | CloseFrame]:
        """Yield the messages, and the end, that are whole after ``data``.

        Raises:
            ValueError: if the bytes are not of a WebSocket.
        """
        self._buffer += data
        while (frame := self._frame()) is not None:
            first, payload = frame
            opcode = first & 0x0F
            if opcode == _CLOSE:
                yield CloseFrame(int.from_bytes(payload[:2], "big") if payload else _NO_CODE)
            elif opcode in (_TEXT, _BINARY):
                self._opcode, self._compressed = opcode, bool(first & _COMPRESSED)
                self._payload = bytearray(payload)
            elif opcode == _CONTINUATION:
                self._payload += payload
            else:
                continue  # a ping or a pong
            if opcode <= _BINARY and first & _FIN:
                yield self._message()

    def _frame(self) -> tuple[int, bytes] | None:
        """Take one whole frame off the buffer: its first byte, and its payload without mask."""
        buffer = self._buffer
        if len(buffer) < 2:  # noqa: PLR2004  the least that a frame has
            return None
        start, length = 2, buffer[1] & _LENGTH
        if length in (_TWO_BYTES, _EIGHT_BYTES):
            start += 2 if length == _TWO_BYTES else 8
            if len(buffer) < start:
                return None
            length = int.from_bytes(buffer[2:start], "big")
        key = b""
        if buffer[1] & _MASKED:
            key, start = bytes(buffer[start : start + 4]), start + 4
        if len(buffer) < start + length:
            return None
        first, payload = buffer[0], bytes(buffer[start : start + length])
        del buffer[: start + length]
        return first, _unmasked(payload, key) if key else payload

    def _message(self) -> str | bytes:
        payload = bytes(self._payload)
        self._payload = bytearray()
        if self._compressed:
            payload = self._inflated(payload)
        return payload.decode() if self._opcode == _TEXT else payload

    def _inflated(self, payload: bytes) -> bytes:
        if self._unpacker is None:
            self._unpacker = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
        try:
            result: bytes = self._unpacker.decompress(payload + _TAIL)
        except zlib.error as error:
            msg = f"a message of a WebSocket cannot be decompressed: {error}"
            raise ValueError(msg) from None
        side = "client" if self.from_client else "server"
        if f"{side}_no_context_takeover" in self.extensions:
            self._unpacker = None
        return result


def _unmasked(payload: bytes, key: bytes) -> bytes:
    size = len(payload)
    stream = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(stream, "big")).to_bytes(size, "big")

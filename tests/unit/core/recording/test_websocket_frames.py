import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiointercept.core.recording.websocket_frames import CloseFrame, FrameReader


def frame(first: int, payload: bytes, key: bytes = b"") -> bytes:
    """Write a frame as RFC 6455 has it."""
    size = len(payload)
    mask = 0x80 if key else 0
    if size < 126:
        head = bytes([first, mask | size])
    elif size < 1 << 16:
        head = bytes([first, mask | 126]) + size.to_bytes(2, "big")
    else:
        head = bytes([first, mask | 127]) + size.to_bytes(8, "big")
    if key:
        payload = bytes(byte ^ key[at % 4] for at, byte in enumerate(payload))
    return head + key + payload


def read(
    data: bytes, extensions: str = "", size: int = 7, *, from_client: bool = True
) -> list[Any]:
    """Read ``data`` in pieces."""
    reader = FrameReader(extensions, from_client)
    pieces = (data[at : at + size] for at in range(0, len(data), size))
    return [message for piece in pieces for message in reader.feed(piece)]


@given(
    payload=st.binary(max_size=70_000),
    key=st.binary(min_size=4, max_size=4) | st.just(b""),
    size=st.integers(1, 5000),
)
def test_any_size(payload: bytes, key: bytes, size: int) -> None:
    """Lengths of one, three and nine bytes, with masks and without, in any pieces."""
    assert read(frame(0x82, payload, key), size=size) == [payload]


def test_fragments_and_control_frames() -> None:
    """Pings between the fragments of a message are not part of it."""
    data = frame(0x01, "hé".encode()) + frame(0x89, b"ping") + frame(0x80, b"llo")
    data += frame(0x88, b"\x0f\xa1bye") + frame(0x88, b"")
    assert read(data, size=1) == ["héllo", CloseFrame(4001), CloseFrame(1005)]


@pytest.mark.parametrize("takeover", [True, False])
@pytest.mark.parametrize("from_client", [True, False])
def test_compressed(takeover: bool, from_client: bool) -> None:  # noqa: FBT001  a case
    """Messages share a context or not, as was agreed."""
    side = "client" if from_client else "server"
    extensions = (
        "permessage-deflate" if takeover else f"permessage-deflate; {side}_no_context_takeover"
    )
    data = b""
    packer = zlib.compressobj(wbits=-15)
    for text in (b"hello hello", b"hello hello", b""):
        packed = packer.compress(text) + packer.flush(zlib.Z_SYNC_FLUSH)
        data += frame(0xC1, packed.removesuffix(b"\0\0\xff\xff"))
        if not takeover:
            packer = zlib.compressobj(wbits=-15)
    expected = ["hello hello", "hello hello", ""]
    assert read(data, extensions, from_client=from_client) == expected


def test_another_protocol() -> None:
    """What cannot be read is an error."""
    with pytest.raises(ValueError, match="cannot be decompressed"):
        read(frame(0xC1, b"\xff\xff\xff"))
    with pytest.raises(ValueError):  # noqa: PT011  Python's own message
        read(frame(0x81, b"\xff"))


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_lengths_of_each_kind(size: int) -> None:
    """Also where the length itself comes in parts."""
    payload = b"x" * size
    assert read(frame(0x82, payload), size=1) == [payload]

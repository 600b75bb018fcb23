import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from aiointercept.core.http.encodings import (
    decode,
    decode_chunks,
    encode,
    encode_chunks,
    encodings_of,
    is_known,
    readable_body,
)

bodies = st.binary(max_size=300)
names = st.lists(st.sampled_from(["gzip", "deflate", "x-gzip"]), max_size=3)


def test_names_in_headers() -> None:
    """Several headers, lists in them, any case; what changes nothing is left out."""
    headers = CIMultiDict(
        [("Content-Encoding", "GZIP, identity"), ("content-encoding", "deflate,")]
    )
    assert encodings_of(CIMultiDictProxy(headers)) == ("gzip", "deflate")
    assert is_known(["gzip", "deflate"])
    assert not is_known(["gzip", "br"])


@given(body=bodies, encodings=names, size=st.integers(1, 50))
def test_undone_and_done_again(body: bytes, encodings: list[str], size: int) -> None:
    """Whatever the pieces are in which it comes."""
    encoded = encode(body, encodings)
    assert decode(encoded, encodings) == body
    pieces = [encoded[at : at + size] for at in range(0, len(encoded), size)]
    assert b"".join(decode_chunks(pieces, encodings)) == body
    assert b"".join(encode_chunks([body[:5], b"", body[5:]], encodings)) == encode(body, encodings)
    assert all(encode_chunks([body[:5], b"", body[5:]], encodings))


def test_what_servers_send() -> None:
    """Several members, deflate without a head, padding, nothing at all."""
    assert decode(gzip.compress(b"a", mtime=0) + gzip.compress(b"b", mtime=0), ["gzip"]) == b"ab"
    packer = zlib.compressobj(wbits=-15)
    assert decode(packer.compress(b"raw" * 9) + packer.flush(), ["deflate"]) == b"raw" * 9
    assert decode(gzip.compress(b"a", mtime=0) + b"\0\0", ["gzip"]) == b"a"
    assert decode(b"", ["gzip"]) == b""


@pytest.mark.parametrize(
    ("body", "name", "words"),
    [
        (b"plain text", "gzip", "not encoded as its Content-Encoding says"),
        (gzip.compress(b"a" * 99, mtime=0)[:-9], "gzip", "ends too early"),
        (b"x", "br", "'br' is not one of gzip"),
    ],
)
def test_not_encoded_so(body: bytes, name: str, words: str) -> None:
    """What cannot be undone is an error that says why."""
    with pytest.raises(ValueError, match=words):
        decode(body, [name])


def test_equal_bodies_become_equal_bytes() -> None:
    """No time is written."""
    assert encode(b"x", ["gzip"])[4:8] == b"\0\0\0\0"


BODY = b"hello " * 100


def raw_deflate(data: bytes) -> bytes:
    """Compress without the head of zlib, as some clients do."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "sent"),
    [
        ("gzip", gzip.compress(BODY, mtime=0)),
        (" GZip ", gzip.compress(BODY, mtime=0)),
        ("x-gzip", gzip.compress(BODY, mtime=0)),
        ("deflate", zlib.compress(BODY)),
        ("deflate", raw_deflate(BODY)),
        ("gzip", gzip.compress(BODY[:9], mtime=0) + gzip.compress(BODY[9:], mtime=0)),
        ("gzip", gzip.compress(BODY, mtime=0) + bytes(512)),
        ("identity", BODY),
        ("", BODY),
        ("deflate, gzip", gzip.compress(zlib.compress(BODY), mtime=0)),
        ("gzip, identity", gzip.compress(BODY, mtime=0)),
    ],
)
def test_encodings_are_undone(encoding: str, sent: bytes) -> None:
    """All members, in whatever order they were applied."""
    assert readable_body(sent, encoding) == BODY


@pytest.mark.parametrize(
    ("encoding", "sent"),
    [
        ("gzip", BODY),
        ("gzip", gzip.compress(BODY, mtime=0)[:-9]),
        ("gzip", gzip.compress(BODY, mtime=0) + b"x"),
        ("deflate", b"{}"),
        ("br", gzip.compress(BODY, mtime=0)),
        ("br, gzip", gzip.compress(BODY, mtime=0)),
        ("gzip", b""),
        (", ".join(["gzip"] * 9), gzip.compress(BODY, mtime=0)),
    ],
)
def test_a_body_that_is_not_encoded_so_stays_as_it_is(encoding: str, sent: bytes) -> None:
    """The log shows what was sent."""
    assert readable_body(sent, encoding) == sent


@pytest.mark.parametrize(
    ("encoding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress)]
)
def test_a_body_that_unpacks_to_too_much_stays_as_it_is(encoding: str, compress: object) -> None:
    """It would fill the memory."""
    bomb = compress(bytes(70 << 20))  # type: ignore[operator]  # a function
    assert readable_body(bomb, encoding) is bomb

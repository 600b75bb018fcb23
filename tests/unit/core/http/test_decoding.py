import gzip
import json
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiointercept.core.http import decoding
from aiointercept.core.http.decoding import (
    decode_text,
    parse_json,
    require_charset,
    unpack,
    unpacked,
)


def raw_deflate(body: bytes) -> bytes:
    """Pack without the head of zlib, as some clients do."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


PACKERS = [
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    (" GZip ", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", raw_deflate),
]


@pytest.mark.parametrize(("encoding", "pack"), PACKERS)
@given(st.binary(max_size=2000))
def test_what_was_packed_is_unpacked(encoding: str, pack: Callable[[bytes], bytes], body: bytes):
    """Byte for byte."""
    assert unpacked(pack(body), encoding) == body


def test_all_members_of_gzip_are_unpacked_and_padding_is_not():
    """Several in a row are one body (RFC 1952, section 2.2)."""
    assert unpacked(gzip.compress(b"a") + gzip.compress(b"b") + b"\0\0", "gzip") == b"ab"


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"", "gzip"),
        (b"plain", "gzip"),
        (b"plain", "deflate"),
        (b"plain", "br"),
        (b"plain", "gzip, gzip"),
        (b"plain", ""),
        (gzip.compress(b"body")[:-1], "gzip"),
        (gzip.compress(b"body" * 1000)[:20], "gzip"),
        (zlib.compress(b"body" * 1000)[:-3], "deflate"),
        (gzip.compress(b"body") + b"rest", "gzip"),
    ],
)
def test_what_is_not_packed_so_stays_as_it_was_sent(body: bytes, encoding: str):
    """Whatever is wrong with it."""
    assert unpacked(body, encoding) == body


def test_what_is_too_large_stays_as_it_was_sent(monkeypatch: pytest.MonkeyPatch):
    """And is not unpacked further than to the limit."""
    monkeypatch.setattr(decoding, "MOST_UNPACKED", 3 << 20)
    largest, too_large = bytes(3 << 20), bytes((3 << 20) + 1)
    assert unpacked(gzip.compress(largest), "gzip") == largest
    packed = gzip.compress(too_large)
    assert unpacked(packed, "gzip") == packed


@pytest.mark.parametrize(
    "body", [gzip.compress(bytes(5 << 20)), b"".join(gzip.compress(b"") for _ in range(5000))]
)
def test_it_goes_piece_by_piece(body: bytes):
    """For a large body, and for many members that hold nothing."""
    steps = unpack(body, "gzip")
    number = sum(1 for _ in steps)
    assert number >= 4


@pytest.mark.parametrize("charset", ["utf-8", "ascii", "latin-1", "UTF8", "cp1252", "utf-16"])
def test_text_is_decoded(charset: str):
    """In whatever encoding text has."""
    require_charset(charset)
    assert decode_text("text".encode(charset), charset) == "text"


@pytest.mark.parametrize(
    "charset",
    [
        *("undefined", "idna", "punycode", "unicode_escape", "raw-unicode-escape", "no-such"),
        *("hex", "base64", "rot13", "zlib", "", " ", "a\0b", "\udcff", "x" * 1000),
    ],
)
def test_what_is_no_encoding_of_text_is_a_value_error(charset: str):
    """Whether Python knows it or not, and whatever it would do with it."""
    with pytest.raises(ValueError, match=r"."):
        decode_text(b"\\x", charset)


def test_text_in_another_encoding_is_a_value_error():
    """As Python has it."""
    with pytest.raises(UnicodeDecodeError):
        decode_text(b"\xff", "utf-8")


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_json_is_parsed(value: object):
    """Bytes or text."""
    assert parse_json(json.dumps(value)) == value
    assert parse_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe\x00", b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 50_000]
)
def test_what_is_no_json_is_a_value_error(body: bytes):
    """What is nested too deeply too."""
    with pytest.raises(ValueError, match=r"."):
        parse_json(body)

import gzip
import zlib

import pytest

from aiointercept.core.http import decoding
from aiointercept.core.http.decoding import (
    decode_text,
    parse_json,
    require_charset,
    unpack,
    unpacked,
)


def test_text():
    """It is read in the encoding that is named."""
    assert decode_text("grün".encode("latin-1"), "latin-1") == "grün"
    with pytest.raises(ValueError, match="can't decode"):
        decode_text(b"\xff", "utf-8")


@pytest.mark.parametrize("charset", ["no-such", "undefined", "punycode", "unicode_escape", "\0"])
def test_what_is_not_an_encoding_of_text(charset: str):
    """It is refused by name, with no other error than a ValueError."""
    with pytest.raises(ValueError, match="is not an encoding of text"):
        require_charset(charset)


def test_json():
    """The worst JSON there is raises a ValueError."""
    assert parse_json(b'{"a": [1]}') == {"a": [1]}
    for body in (b"{", b"[" * 200_000):
        with pytest.raises(ValueError):  # noqa: PT011  its text is Python's
            parse_json(body)


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (gzip.compress(b"data"), "gzip"),
        (gzip.compress(b"da") + gzip.compress(b"ta"), " X-GZIP "),
        (gzip.compress(b"data") + b"\0\0", "gzip"),
        (zlib.compress(b"data"), "deflate"),
        (zlib.compress(b"data")[2:-4], "deflate"),
    ],
)
def test_unpacking(packed: bytes, encoding: str):
    """Several members, zeros at the end, and deflate with or without a head."""
    assert unpacked(packed, encoding) == b"data"


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"not packed", "gzip"),
        (gzip.compress(b"data")[:-9], "gzip"),
        (gzip.compress(b"data"), "br"),
        (b"", "gzip"),
    ],
)
def test_what_cannot_be_unpacked(body: bytes, encoding: str):
    """It stays as it is."""
    assert unpacked(body, encoding) is body


def test_unpacking_is_bounded(monkeypatch: pytest.MonkeyPatch):
    """A body that unpacks to more than the limit stays packed."""
    packed = gzip.compress(bytes(101))
    monkeypatch.setattr(decoding, "MOST_UNPACKED", 101)
    assert unpacked(packed, "gzip") == bytes(101)
    monkeypatch.setattr(decoding, "MOST_UNPACKED", 100)
    assert unpacked(packed, "gzip") is packed


def test_unpacking_goes_in_pieces():
    """Others can run between one megabyte and the next."""
    assert len(list(unpack(gzip.compress(bytes(3 << 20)), "gzip"))) == 3

"""The fields of a form in a body: URL-encoded, or ``multipart/form-data`` (RFC 7578)."""

import binascii
import quopri
import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Final
from urllib.parse import parse_qsl, unquote

from attrs import frozen

from aiointercept.core.http.decoding import decode_text
from aiointercept.core.http.media_types import charset_of, media_type_of, parameter

URLENCODED: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"

_DECODERS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "base64": binascii.a2b_base64,
    "quoted-printable": quopri.decodestring,
}


@frozen
class Part:
    """One field.

    Args:
        name: of the field.
        content: decoded from its transfer encoding.
        filename: as it was sent; ``None`` if it is not a file.
        content_type: media type in lower case, without parameters; ``""`` if not told.
        charset: encoding of a text.
    """

    name: str
    content: bytes
    filename: str | None = None
    content_type: str = ""
    charset: str = "utf-8"

    @property
    def text(self) -> str | None:
        """The content as text; ``None`` if it is not text."""
        try:
            return decode_text(self.content, self.charset)
        except ValueError:
            return None

    @property
    def filenames(self) -> tuple[str | None, ...]:
        """The name of the file as it was sent, and percent-decoded, as some clients encode it."""
        return (self.filename, None if self.filename is None else unquote(self.filename))


def form_pairs(body: bytes, charset: str) -> list[tuple[str, str]]:
    """Return the names and values of a URL-encoded body, in the order sent.

    Raises:
        ValueError: if the body is not encoded in ``charset``, or that is not known.
    """
    text = decode_text(body, charset)
    return parse_qsl(text, keep_blank_values=True, encoding=charset, errors="strict")


def parse_form(body: bytes, charset: str) -> dict[str, list[str]]:
    """Return the values of a URL-encoded body by name; see :func:`form_pairs`."""
    values: dict[str, list[str]] = {}
    for name, value in form_pairs(body, charset):
        values.setdefault(name, []).append(value)
    return values


def parse_multipart(body: bytes, content_type: str) -> list[Part]:
    """Return the fields of a body, in order.

    Args:
        body: the whole body.
        content_type: the whole header, which has the boundary.

    Raises:
        ValueError: if ``body`` is none of these; the message says why.
    """
    return [parse_part(body[where]) for where in part_slices(body, content_type)]


def part_slices(body: bytes, content_type: str) -> list[slice]:
    """Return where the parts of a multipart body are, each with its own headers.

    Raises:
        ValueError: as :func:`parse_multipart`.
    """
    boundary = parameter(content_type, "boundary")
    if not boundary:
        msg = "its Content-Type has no boundary"
        raise ValueError(msg)
    delimiter = re.compile(
        rb"\r\n--"
        + re.escape(boundary.encode("utf-8", "surrogateescape"))
        + rb"(--)?[ \t]*(?=\r\n|\Z)"
    )
    marks = list(delimiter.finditer(b"\r\n" + body))
    if not marks or marks[-1][1] is None:
        msg = f"it does not end with its boundary {boundary!r}"
        raise ValueError(msg)
    # The marks were found in a text that is two bytes longer.
    return [slice(mark.end() - 2, following.start() - 2) for mark, following in pairwise(marks)]


def parse_part(data: bytes) -> Part:
    """Return one part of a multipart body, from its headers on.

    Raises:
        ValueError: if it has no name, or its parameters are not encoded as they say.
    """
    head, separator, content = data.partition(b"\r\n\r\n")
    lines = (line.partition(":") for line in head.decode(errors="replace").split("\r\n"))
    headers = {name.strip().lower(): value.strip() for name, _, value in lines}
    disposition = headers.get("content-disposition", "")
    name = parameter(disposition, "name")
    if not separator or name is None:
        msg = "a part of it has no name"
        raise ValueError(msg)
    content_type = headers.get("content-type", "")
    decode = _DECODERS.get(headers.get("content-transfer-encoding", "").lower(), bytes)
    return Part(
        name,
        decode(content),
        parameter(disposition, "filename"),
        media_type_of(content_type),
        charset_of(content_type),
    )

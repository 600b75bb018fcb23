"""The fields of a form in a body: URL-encoded, or ``multipart/form-data`` (RFC 7578)."""

import binascii
import quopri
import re
from collections.abc import Callable, Mapping
from email.message import Message
from email.parser import HeaderParser
from itertools import pairwise
from typing import Final
from urllib.parse import parse_qsl, unquote

from attrs import frozen

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
        filename: as it was sent; ``None`` if it is no file.
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
        """The content as text; ``None`` if it is none."""
        try:
            return self.content.decode(self.charset)
        except (UnicodeDecodeError, LookupError):
            return None

    @property
    def filenames(self) -> tuple[str | None, ...]:
        """The name of the file as it was sent, and percent-decoded, as some clients encode it."""
        return (self.filename, None if self.filename is None else unquote(self.filename))


def parse_form(body: bytes, charset: str) -> dict[str, list[str]]:
    """Return the values of a URL-encoded body by name, in the order sent.

    Raises:
        ValueError: if the body is not encoded in ``charset``.
        LookupError: if ``charset`` is not known.
    """
    values: dict[str, list[str]] = {}
    text = body.decode(charset)
    pairs = parse_qsl(text, keep_blank_values=True, encoding=charset, errors="strict")
    for name, value in pairs:
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
    header = Message()
    header["Content-Type"] = content_type
    boundary = header.get_boundary()
    if not boundary:
        msg = "its Content-Type has no boundary"
        raise ValueError(msg)
    delimiter = re.compile(rb"\r\n--" + re.escape(boundary.encode()) + rb"(--)?[ \t]*(?=\r\n|\Z)")
    marks = list(delimiter.finditer(b"\r\n" + body))
    if not marks or marks[-1][1] is None:
        msg = f"it does not end with its boundary {boundary!r}"
        raise ValueError(msg)
    # The marks were found in a text that is two bytes longer.
    return [
        _part(body[mark.end() - 2 : following.start() - 2]) for mark, following in pairwise(marks)
    ]


def _part(data: bytes) -> Part:
    head, separator, content = data.partition(b"\r\n\r\n")
    headers = HeaderParser().parsestr(head.decode(errors="replace").lstrip("\r\n"))
    name = headers.get_param("name", header="Content-Disposition")
    if not separator or name is None:
        msg = "a part of it has no name"
        raise ValueError(msg)
    decode = _DECODERS.get(str(headers.get("Content-Transfer-Encoding", "")).lower(), bytes)
    return Part(
        _plain(name),
        decode(content),
        headers.get_filename(),
        headers.get_content_type() if "Content-Type" in headers else "",
        headers.get_content_charset() or "utf-8",
    )


def _plain(value: str | tuple[str | None, str | None, str]) -> str:
    if isinstance(value, str):
        return value
    # RFC 2231: charset, language, percent-decoded bytes as Latin-1.
    charset, _, text = value
    return text.encode("latin-1").decode(charset or "utf-8")

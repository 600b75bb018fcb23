import pytest

from aiointercept.core.http.forms import Part, parse_form, parse_multipart

HEADER = "multipart/form-data; boundary=xx"


def multipart_body(*parts: str) -> bytes:
    """Join parts, each with its headers, by the boundary ``xx``."""
    return ("".join(f"--xx\r\n{part}\r\n" for part in parts) + "--xx--\r\n").encode()


def field(name: str, content: str, *headers: str) -> str:
    """Return a part with a name, further headers, and content."""
    lines = [f'Content-Disposition: form-data; name="{name}"', *headers, "", content]
    return "\r\n".join(lines)


@pytest.mark.parametrize(
    ("body", "charset", "fields"),
    [
        (b"", "utf-8", {}),
        (b"a=1&b=&a=2", "utf-8", {"a": ["1", "2"], "b": [""]}),
        (b"a=x+y%20z%2B", "utf-8", {"a": ["x y z+"]}),
        (b"a=%C3%A9", "utf-8", {"a": ["é"]}),
        (b"a=%E9", "latin-1", {"a": ["é"]}),
        (b"a", "utf-8", {"a": [""]}),
    ],
)
def test_a_form_has_all_values_by_name(body: bytes, charset: str, fields: object) -> None:
    """Decoded, in the order sent."""
    assert parse_form(body, charset) == fields


@pytest.mark.parametrize(
    ("body", "charset", "error"),
    [(b"\xff", "utf-8", ValueError), (b"a=%FF", "utf-8", ValueError), (b"a", "x", ValueError)],
)
def test_a_form_in_another_charset_is_none(
    body: bytes, charset: str, error: type[Exception]
) -> None:
    """Nothing is guessed."""
    with pytest.raises(error):
        parse_form(body, charset)


def test_multipart_fields_come_in_order() -> None:
    """With what their headers tell."""
    body = multipart_body(
        field("a", "1"),
        field("a", "two\r\nlines\r\n"),
        field("empty", ""),
        'Content-Disposition: form-data; name="f"; filename="a.txt"\r\n'
        "Content-Type: Text/Plain; charset=latin-1\r\n\r\nx",
    )
    assert parse_multipart(body, HEADER) == [
        Part("a", b"1"),
        Part("a", b"two\r\nlines\r\n"),
        Part("empty", b""),
        Part("f", b"x", "a.txt", "text/plain", "latin-1"),
    ]


def test_what_stands_around_the_parts_is_no_part() -> None:
    """A preamble, an epilogue, and blanks behind a boundary."""
    body = b"hello\r\n--xx  \r\n" + field("a", "1").encode() + b"\r\n--xx--  \r\nbye"
    assert parse_multipart(body, 'multipart/form-data; boundary="xx"') == [Part("a", b"1")]


def test_a_line_that_only_begins_like_the_boundary_is_content() -> None:
    """The boundary is the whole line."""
    content = "--xxy\r\n--x\r\n--xx z"
    assert parse_multipart(multipart_body(field("a", content)), HEADER)[0].text == content


def test_a_body_without_parts_has_none() -> None:
    """That is what an empty form sends."""
    assert parse_multipart(b"--xx--\r\n", HEADER) == []


@pytest.mark.parametrize(
    ("name", "decoded"),
    [
        ('name="a \\"b\\" c"', 'a "b" c'),
        ("name*=utf-8''%C3%A9", "é"),
        ('name="é"', "é"),
        ("name=plain ; x=y", "plain"),
        ("name=first; name*=utf-8'en'first%21", "first!"),
        ("name*=utf-8''first%21; name=second", "first!"),
        ("NAME*=''%C3%A9", "é"),
        (r'name="\\"; x="y"', "\\"),
        (r'name="C:\dir"', r"C:\dir"),
        (r'name="a\ b"', "a b"),
        ('name="a;b=c"', "a;b=c"),
    ],
)
def test_names_are_decoded(name: str, decoded: str) -> None:
    """Quoted, in RFC 5987's way, or plain; what is escaped is undone."""
    body = multipart_body(f"Content-Disposition: form-data; {name}\r\n\r\n1")
    assert [part.name for part in parse_multipart(body, HEADER)] == [decoded]


@pytest.mark.parametrize(
    ("encoding", "content"), [("base64", "w6k="), ("Quoted-Printable", "=C3=A9"), ("8bit", "é")]
)
def test_a_transfer_encoding_is_undone(encoding: str, content: str) -> None:
    """Old clients use it."""
    body = multipart_body(field("a", content, f"Content-Transfer-Encoding: {encoding}"))
    assert parse_multipart(body, HEADER)[0].text == "é"


@pytest.mark.parametrize(
    ("body", "header", "reason"),
    [
        (b"", "multipart/form-data", "has no boundary"),
        (b"a=1", HEADER, "does not end with its boundary 'xx'"),
        (b"--xx\r\n" + field("a", "1").encode(), HEADER, "does not end with its boundary"),
        (b"--xx\r\n\r\n1\r\n--xx--", HEADER, "a part of it has no name"),
        (b"--xx\r\nContent-Disposition: form-data; name=a\r\n--xx--", HEADER, "has no name"),
        (multipart_body(field("a", "x", "Content-Transfer-Encoding: base64")), HEADER, "base64"),
    ],
)
def test_what_is_no_multipart_body_says_why(body: bytes, header: str, reason: str) -> None:
    """Instead of fields that nobody sent."""
    with pytest.raises(ValueError, match=reason):
        parse_multipart(body, header)


def test_content_that_is_no_text_has_none() -> None:
    """In its charset, if that is known at all."""
    assert Part("a", b"\xff").text is None
    assert Part("a", b"\xff", charset="latin-1").text == "ÿ"
    assert Part("a", b"x", charset="no-such").text is None


def test_a_filename_may_be_percent_encoded() -> None:
    """Some clients send it so, aiohttp among them."""
    assert Part("a", b"", "a%20b.txt").filenames == ("a%20b.txt", "a b.txt")
    assert Part("a", b"").filenames == (None, None)

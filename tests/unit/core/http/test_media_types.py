import pytest

from aiointercept.core.http.media_types import charset_of, media_type_of, parameter


@pytest.mark.parametrize(
    ("header", "name", "value"),
    [
        ("text/plain", "charset", None),
        ("text/plain; charset=latin-1", "charset", "latin-1"),
        ("text/plain; CharSet = latin-1 ; x=1", "charset", "latin-1"),
        ('a/b; boundary="x;y"', "boundary", "x;y"),
        (r'form-data; name="a\"b"', "name", 'a"b'),
        (r'form-data; name="\\"; x="y"', "name", "\\"),
        ('form-data; name=" "', "name", " "),
        (r'form-data; filename="C:\dir\f"', "filename", r"C:\dir\f"),
        ("form-data; filename*=UTF-8''%C3%A9; filename=e", "filename", "é"),
        ("form-data; filename=e; filename*=UTF-8'en'%C3%A9", "filename", "é"),
        ("a/b; x=1; x=2", "x", "1"),
    ],
)
def test_a_parameter_is_read(header: str, name: str, value: str | None) -> None:
    """Quoted or not, in each of the ways to write it."""
    assert parameter(header, name) == value


@pytest.mark.parametrize(
    ("header", "error"),
    [("a/b; x*=utf-8''%FF", ValueError), ("a/b; x*=nonsense''%FF", LookupError)],
)
def test_a_parameter_that_cannot_be_decoded_is_an_error(header: str, error: type) -> None:
    """Nothing is guessed."""
    with pytest.raises(error):
        parameter(header, "x")


@pytest.mark.parametrize(
    ("header", "charset"),
    [
        ("", "utf-8"),
        ("text/plain; charset=", "utf-8"),
        ("text/plain; charset='latin-1'", "latin-1"),
        ('text/plain; charset="latin-1"', "latin-1"),
        ("text/plain; charset*=nonsense''%41", "utf-8"),
    ],
)
def test_the_charset_is_utf_8_if_none_is_given(header: str, charset: str) -> None:
    """Or none that can be read."""
    assert charset_of(header) == charset


def test_a_media_type_has_no_parameters() -> None:
    """And is in lower case."""
    assert media_type_of(" Text/Plain ; charset=x") == "text/plain"

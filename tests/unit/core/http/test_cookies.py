import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from aiointercept.core.http.cookies import parse_cookies

AS_AIOHTTP_READS_THEM = [
    ("", {}),
    ("a=1", {"a": "1"}),
    ('a=1; b="two"', {"a": "1", "b": "two"}),
    (" a = 1 ;b=2; ", {"a": "1", "b": "2"}),
    ("a=1;a=2", {"a": "2"}),
    ("a=; b=1", {"a": "", "b": "1"}),
    ("a==b", {"a": "=b"}),
    ("a=1; x; b=2", {"a": "1", "x": "", "b": "2"}),
    ("a=1,2; b=3", {"a": "1,2", "b": "3"}),
    ("path=/; a=1", {"path": "/", "a": "1"}),
    ("(x)=1; [y]=2", {"(x)": "1", "[y]": "2"}),
    ('a="x;y"; b=2', {"a": "x;y", "b": "2"}),
    (r'a="x\"y"', {"a": 'x"y'}),
    (r'a="\303\251"', {"a": "Ã©"}),
    ('a="unclosed; b=1', {"a": '"unclosed', "b": "1"}),
    ("a=1; \x00=2", {"a": "1"}),
    ("a,b=1; c=2", {"c": "2"}),
]


@pytest.mark.parametrize(("header", "cookies"), AS_AIOHTTP_READS_THEM)
def test_cookies_are_read_as_aiohttp_reads_them(header: str, cookies: dict[str, str]) -> None:
    """On every aiohttp that we know: a mock takes what a server takes."""
    assert parse_cookies(header) == cookies
    assert dict(make_mocked_request("GET", "/", headers={"Cookie": header}).cookies) == cookies


@pytest.mark.parametrize(
    ("header", "cookies"),
    [
        ('a={"k": "v"}; b=1', {"a": '{"k": "v"}', "b": "1"}),
        ("a=é; b=1", {"a": "é", "b": "1"}),
        ('a="x"y; b=2', {"a": '"x"y', "b": "2"}),
        ('"q"=1; c=2', {"c": "2"}),
        ("=v; a=1", {"a": "1"}),
    ],
)
def test_an_odd_cookie_does_not_hide_the_others(header: str, cookies: dict[str, str]) -> None:
    """As in newer versions of aiohttp."""
    assert parse_cookies(header) == cookies


@given(st.text('ab=;"\\ ,\0é'))
def test_any_header_can_be_read(header: str) -> None:
    """Whatever a client sends."""
    assert all("=" not in name for name in parse_cookies(header))

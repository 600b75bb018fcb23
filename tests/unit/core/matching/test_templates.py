import pytest
from yarl import URL

from aiointercept.core.matching.templates import Template


@pytest.mark.parametrize(
    ("template", "url", "values"),
    [
        ("/users/{id}", "http://h/users/1", {"id": "1"}),
        ("https://h/users/{id}", "https://h/users/1", {"id": "1"}),
        ("/users/{id}", "http://h/users/a%2Fb%20c%C3%A9", {"id": "a/b cé"}),
        ("/users/{id}", "http://h/users/a+b", {"id": "a+b"}),
        ("/{a}/{b}.{c}", "http://h/x/y.z.pdf", {"a": "x", "b": "y.z", "c": "pdf"}),
        ("/{a}{b}", "http://h/xyz", {"a": "xy", "b": "z"}),
        ("/a b/{id}/é", "http://h/a%20b/1/%C3%A9", {"id": "1"}),
        ("/%7Bx%7D/{id}", "http://h/%7Bx%7D/1", {"id": "1"}),
        ("/yz/{a}yzz{b}", "http://h/yz/1yzz2", {"a": "1", "b": "2"}),
        ("/%79z/{a}", "http://h/yz/1", {"a": "1"}),
        ("/plain", "http://h/plain", {}),
        ("http://h", "http://h/", {}),
    ],
)
def test_a_url_that_fits_gives_its_values(template: str, url: str, values: object) -> None:
    """They are percent-decoded."""
    assert Template.parse(template).values(URL(url)) == values


@pytest.mark.parametrize(
    ("template", "url"),
    [
        ("/users/{id}", "http://h/users/"),
        ("/users/{id}", "http://h/users/1/2"),
        ("/users/{id}", "http://h/Users/1"),
        ("/users/{id}", "http://h/api/users/1"),
        ("/a.b/{id}", "http://h/aXb/1"),
    ],
)
def test_another_path_does_not_fit(template: str, url: str) -> None:
    """A name takes at least one character and no slash; all else is literal."""
    assert Template.parse(template).values(URL(url)) is None


def test_the_server_is_normalised() -> None:
    """As that of any URL; without one the template is for all of them."""
    assert Template.parse("WSS://H.:443/{x}").origin == URL("https://h/")
    assert Template.parse("https://h:8443/{x}").origin == URL("https://h:8443/")
    assert Template.parse("/{x}").origin is None


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("users/{id}", "must begin with '/' or with a scheme"),
        ("", "must begin with '/'"),
        ("https://{tenant}.test/", "belong into the path"),
        ("/x?page={page}", "may have no query or fragment; add query"),
        ("https://h?page={page}", "may have no query or fragment"),
        ("/x#{part}", "may have no query or fragment"),
        ("/{a}/{a}", "each name may stand there once"),
        (r"/{id:\d+}", "for regular expressions use url_pattern"),
        ("/{}", "'' is not a name"),
        ("/{1a}", "'1a' is not a name"),
        ("/{id", "a brace is not closed or not opened; write '%7B'"),
        ("/id}", "a brace is not closed or not opened"),
        ("/{{id}}", "a brace is not closed or not opened"),
    ],
)
def test_an_invalid_template_is_refused(template: str, reason: str) -> None:
    """The message says what is wrong with it and what to do."""
    with pytest.raises(ValueError, match=f"is not a URL template: .*{reason}"):
        Template.parse(template)


def test_a_template_of_another_scheme_is_refused() -> None:
    """As any such URL is."""
    with pytest.raises(ValueError, match="scheme must be http"):
        Template.parse("ftp://h/{x}")


def test_a_template_is_text() -> None:
    """The message shows how one looks."""
    with pytest.raises(TypeError, match=r"a str such as 'https://h/users/\{id\}', not 3"):
        Template.parse(3)

"""The page as text: what it embeds is safe, whole, and asks for nothing."""

import json
import re
from base64 import b64encode
from copy import deepcopy
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from typing_extensions import override

from aiointercept.report.page import render_page

HOSTILE = "</script><script>alert(1)</script><!--<script>&amp;\u2028\u2029{{title}}"


def har(*entries, **log):
    """Har."""
    return {"log": {"version": "1.2", "entries": list(entries), **log}}


def entry(text):
    """Entry."""
    return {"request": {"url": text}, "response": {"content": {"text": text}}}


class Elements(HTMLParser):
    """All elements of a page, with what scripts and styles hold."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.open = []
        self.feed(page)

    @override
    def handle_starttag(self, tag, attrs):
        self.open = []
        self.found.append((tag, dict(attrs), self.open))

    @override
    def handle_endtag(self, tag):
        self.open = []

    @override
    def handle_data(self, data):
        self.open.append(data)

    def texts(self, tag, **attributes):
        """Texts."""
        return [
            "".join(text)
            for found, attrs, text in self.found
            if found == tag and attributes.items() <= attrs.items()
        ]


def embedded(page):
    """Embedded."""
    (text,) = Elements(page).texts("script", id="har")
    return json.loads(text)


def test_the_page_holds_the_har_as_it_is():
    """The page holds the har as it is."""
    given = har(entry("https://api.test/ü?q=1"), creator={"name": "a browser"})
    assert embedded(render_page(given)) == given


def test_what_is_hostile_stays_text():
    """What is hostile stays text."""
    given = har(entry(HOSTILE), **{HOSTILE: HOSTILE})
    page = render_page(given)
    assert embedded(page) == given
    assert len(Elements(page).texts("script")) == 2
    assert "alert(1)</script>" not in page
    assert "\u2028" not in page


def test_no_data_can_stand_for_a_placeholder():
    """No data can stand for a placeholder."""
    assert embedded(render_page(har(entry("{{script}}")))) == har(entry("{{script}}"))


def test_halves_of_surrogate_pairs_can_be_written():
    """Halves of surrogate pairs can be written."""
    page = render_page(har(entry("\udc80\ud83d")))
    assert embedded(page) == har(entry("\udc80\ud83d"))
    page.encode()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_browsers_do_not_parse_are_left_out(value):
    """Numbers that browsers do not parse are left out."""
    given = har({"time": value, "timings": [(value, 1.5)]})
    page = render_page(given)
    assert embedded(page) == har({"time": None, "timings": [[None, 1.5]]})


def test_the_har_given_is_not_changed():
    """The har given is not changed."""
    given = har({"time": float("nan")}, entry(HOSTILE))
    before = deepcopy(given)
    assert render_page(given) == render_page(given)
    assert repr(given) == repr(before)


def test_the_title_is_escaped():
    """The title is escaped."""
    page = render_page(har(), title="<b>'a' & \"b\"</b>")
    assert "<title>&lt;b&gt;&#x27;a&#x27; &amp; &quot;b&quot;&lt;/b&gt;</title>" in page
    assert "<b>'a'" not in page


@pytest.mark.parametrize(
    "document", [{}, {"log": []}, {"log": {}}, {"log": {"entries": {}}}, {"log": None}]
)
def test_what_is_not_a_har_is_refused(document):
    """What is not a har is refused."""
    with pytest.raises(ValueError, match="a list at log.entries"):
        render_page(document)


def test_what_json_cannot_hold_is_refused():
    """What json cannot hold is refused."""
    with pytest.raises(ValueError, match="har cannot be serialised as JSON: .*bytes"):
        render_page(har({"time": b"1"}))


def test_the_policy_allows_this_script_and_this_style_and_nothing_else():
    """The policy allows this script and this style and nothing else."""
    elements = Elements(render_page(har(entry(HOSTILE))))
    (policy,) = [
        attrs["content"]
        for _, attrs, _ in elements.found
        if attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    allowed = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    script = elements.texts("script")[-1]
    (style,) = elements.texts("style")
    assert allowed == {
        "default-src": "'none'",
        "script-src": f"'{digest(script)}'",
        "style-src": f"'{digest(style)}'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def digest(text):
    """Digest."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def test_no_element_names_a_resource():
    """No element names a resource."""
    for _, attrs, _ in Elements(render_page(har())).found:
        for name in ("src", "href", "action", "srcset", "data", "poster"):
            assert re.match(r"$|#|data:", attrs.get(name) or ""), attrs


def test_the_style_and_the_script_load_nothing():
    """The style and the script load nothing."""
    page = render_page(har())
    assert not re.search(
        r"\burl\(|@import|https?://|\bfetch\(|XMLHttpRequest|innerHTML|eval\(", page
    )


def test_every_part_of_the_template_was_filled():
    """Every part of the template was filled."""
    assert not re.search(r"\{\{\w+\}\}", render_page(har()))

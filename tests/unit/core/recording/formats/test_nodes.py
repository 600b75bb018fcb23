import pytest

from aiointercept.core.errors import CassetteError
from aiointercept.core.recording.formats.nodes import Node

NODE = Node({"a": {"b": [{"c": 1}, {"c": "x"}], "t": "text", "n": 1.0, "f": 1.5}}, "", 3)


def test_values() -> None:
    """Objects, lists of them, texts and numbers, with defaults for what is missing."""
    inner = NODE.object("a")
    assert [one.value["c"] for one in inner.objects("b")] == [1, "x"]
    assert inner.text("t") == "text"
    assert inner.text("missing", "default") == "default"
    assert inner.integer("n") == 1
    assert inner.number("f", 0) == 1.5
    assert inner.number("t", 7.0) == 7.0
    assert list(inner.objects("missing")) == []
    assert NODE.object("missing", optional=True).value == {}
    assert inner.has("t")
    assert not inner.has("missing")


@pytest.mark.parametrize(
    ("call", "field", "words"),
    [
        (lambda node: node.object("missing"), "missing", "must be an object, but it is missing"),
        (lambda node: node.object("a").text("n"), "a.n", "must be a text, not 1.0"),
        (lambda node: node.object("a").integer("f"), "a.f", "must be a number, not 1.5"),
        (lambda node: list(node.objects("a")), "a", "must be a list, not"),
        (
            lambda node: list(node.object("a").objects("b"))[1].integer("c"),
            "a.b[1].c",
            "must be a number, not 'x'",
        ),
    ],
)
def test_errors(call, field: str, words: str) -> None:
    """The field's place, and the number of the entry."""
    with pytest.raises(CassetteError) as caught:
        call(NODE)
    assert (caught.value.entry, caught.value.field) == (3, field)
    assert words in caught.value.problem
    assert str(caught.value).startswith(f"entry 3, {field}: ")


def test_values_are_shown_short() -> None:
    """However large they are."""
    with pytest.raises(CassetteError) as caught:
        Node({"a": "x" * 999}).integer("a")
    assert len(str(caught.value)) < 120

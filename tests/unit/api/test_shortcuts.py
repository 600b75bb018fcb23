import inspect
from typing import Any

import pytest

from aiointercept import aiointercept
from aiointercept.api.options import Options
from aiointercept.api.verbs import Verbs
from aiointercept.testing import InMemoryTransport

VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
OF_ADD = list(inspect.signature(Verbs.add).parameters.values())


@pytest.mark.parametrize("verb", VERBS)
def test_options_are_those_of_add(verb: str) -> None:
    """By name and default; all but the URL by keyword, and without the method."""
    own = list(inspect.signature(getattr(aiointercept, verb)).parameters.values())
    assert [one.name for one in own] == [one.name for one in OF_ADD if one.name != "method"]
    for one, other in zip(
        own[2:], [one for one in OF_ADD if one.name != "method"][2:], strict=True
    ):
        assert one.kind is inspect.Parameter.KEYWORD_ONLY
        assert (one.default, one.annotation) == (other.default, other.annotation)


def test_options_are_all_that_there_are() -> None:
    """What makes a route takes no others, but for the reply of other verbs."""
    known = {one.name for one in OF_ADD} - {"self", "url", "method"}
    assert set(inspect.signature(Options).parameters) - {"reply"} == known
    assert set(inspect.signature(Verbs.route).parameters) - {"self", "matcher"} == known


@pytest.mark.parametrize("verb", VERBS)
async def test_a_verb_adds_a_route_for_its_method(verb: str) -> None:
    """With what it was given."""
    transport = InMemoryTransport()
    with aiointercept(transport=transport) as m:
        route = getattr(m, verb)("/", status=201, name="it")
        assert (await transport.send(verb.upper(), "/")).status == 201
        assert route.called
        assert f"<MockResponse {verb.upper()} " in repr(route)


def test_a_verb_calls_add_as_a_subclass_has_it() -> None:
    """So it can be changed in one place; it gets what was given, and no defaults."""

    class Mine(aiointercept):
        def add(self, url: Any, method: str = "GET", **options: Any) -> Any:  # type: ignore[override]
            return method, url, options

    with Mine(transport=InMemoryTransport()) as m:
        assert m.post("/x", status=3) == ("POST", "/x", {"status": 3})


def test_wrong_arguments_are_explained() -> None:
    """By meaning, by spelling, and by position."""
    with aiointercept(transport=InMemoryTransport()) as m:
        with pytest.raises(TypeError, match=r"'status_code': did you mean status=\?"):
            m.get("/", status_code=3)
        with pytest.raises(TypeError, match="'statsu': did you mean 'status'"):
            m.get("/", statsu=3)
        with pytest.raises(TypeError, match=r"by name, such as status=\.\.\.; 404 has no name"):
            m.get("/", 404)

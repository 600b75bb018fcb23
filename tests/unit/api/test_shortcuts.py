import inspect
from typing import Any

import pytest

from aiointercept import aiointercept

VERBS = ("get", "post", "put", "patch", "delete", "head", "options")


@pytest.mark.parametrize("verb", VERBS)
def test_signatures_agree_with_that_of_add(verb: str):
    """Each option is written out, with the default and the type that ``add`` has."""
    wanted = dict(inspect.signature(aiointercept.add).parameters)
    del wanted["method"]
    found = inspect.signature(getattr(aiointercept, verb)).parameters
    assert list(found) == list(wanted)
    for name, parameter in found.items():
        assert (parameter.default, parameter.annotation) == (
            wanted[name].default,
            wanted[name].annotation,
        )


@pytest.mark.parametrize("verb", VERBS)
def test_they_call_add_by_name(memory: Any, monkeypatch: pytest.MonkeyPatch, verb: str):
    """So that a patched ``add`` sees what it sees with aioresponses."""
    seen: list[Any] = []
    monkeypatch.setattr(type(memory.mock), "add", lambda _self, *a, **kw: seen.append((a, kw)))
    getattr(memory.mock, verb)("/x", status=201)
    assert seen == [(("/x",), {"method": verb.upper(), "status": 201})]

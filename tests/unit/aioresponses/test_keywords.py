from typing import Any

import pytest

from aiointercept.aioresponses import aioresponses


@pytest.mark.parametrize(
    ("name", "meant"), [("json", "payload="), ("raises", "exception="), ("statsu", "'status'")]
)
def test_options_that_do_not_exist(name: str, meant: str) -> None:
    """The message names what was meant."""
    with aioresponses() as m:
        options: Any = {name: 1}
        for register in (m.get, m.add):
            with pytest.raises(TypeError, match=f"{name}': did you mean {meant}"):
                register("https://api.test/", **options)


def test_the_constructor() -> None:
    """A decorator without parentheses passes it the function."""
    make: Any = aioresponses
    with pytest.raises(TypeError, match=r"write the decorator with parentheses: @aioresponses\(\)"):

        @make
        def decorated(m: Any) -> None: ...

    with pytest.raises(TypeError, match="did you mean 'passthrough'"):
        make(pasthrough=[])
    with pytest.raises(TypeError, match="by name"):
        make(["https://api.test"])

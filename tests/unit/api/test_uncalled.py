from abc import ABC

import pytest

from aiointercept import aiointercept
from aiointercept.api.uncalled import Uncalled


class Thing(ABC, metaclass=Uncalled):
    """Something to be entered."""


async def test_a_class_says_that_it_is_to_be_called() -> None:
    """In either kind of block."""
    with pytest.raises(TypeError, match=r"'with Thing\(\) as m:' instead of 'with Thing'"):
        with Thing:
            pytest.fail("it was entered")
    with pytest.raises(TypeError, match=r"'async with Thing\(\) as m:'"):
        async with Thing:
            pytest.fail("it was entered")


async def test_the_mock_is_such_a_class() -> None:
    """And can be entered once it is called."""
    with pytest.raises(TypeError, match=r"async with aiointercept\(\) as m:"):
        async with aiointercept:
            pytest.fail("it was entered")
    async with aiointercept() as m:
        assert type(m) is aiointercept

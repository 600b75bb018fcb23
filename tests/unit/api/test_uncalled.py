import pytest

from aiointercept import aiointercept


def test_a_class_is_not_entered():
    """The message says what to write."""
    with pytest.raises(TypeError, match=r"write 'with aiointercept\(\) as m:'"):
        with aiointercept:
            raise AssertionError


async def test_a_class_is_not_entered_by_async_code():
    """With the statement that was used."""
    with pytest.raises(TypeError, match=r"write 'async with aiointercept\(\) as m:'"):
        async with aiointercept:
            raise AssertionError

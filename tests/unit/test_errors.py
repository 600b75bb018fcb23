import pytest

from aiointercept import errors


@pytest.mark.parametrize("name", errors.__all__)
def test_a_class_says_where_it_is_imported_from(name: str):
    """A traceback shows the public name."""
    one = getattr(errors, name)
    assert issubclass(one, Exception)
    assert one.__module__ == "aiointercept.errors"
    assert one.__doc__

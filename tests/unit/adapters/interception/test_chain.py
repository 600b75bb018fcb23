import contextvars
import gc
import weakref

from aiointercept.adapters.interception.chain import Chain


class Mock:
    """Stands for an active mock."""


def test_the_innermost_comes_first():
    """Whoever entered last is asked first."""
    chain, outer, inner = Chain[Mock]("chain"), Mock(), Mock()
    chain.add(outer)
    assert list(chain.in_order()) == [outer]
    chain.add(inner)
    assert list(chain.in_order()) == [inner, outer]


def test_mocks_of_the_own_context_come_before_others():
    """Tests that overlap get each its own mock, and see the others after it."""
    chain, mine, other = Chain[Mock]("chain"), Mock(), Mock()
    chain.add(mine)
    contextvars.Context().run(chain.add, other)
    assert list(chain.in_order()) == [mine, other]
    assert contextvars.Context().run(chain.in_order) == [other, mine]


def test_one_that_was_taken_out():
    """It is found once; the rest stays in order."""
    chain, first, second, third = Chain[Mock]("chain"), Mock(), Mock(), Mock()
    for one in (first, second, third):
        chain.add(one)
    assert chain.discard(second)
    assert not chain.discard(second)
    assert list(chain.in_order()) == [third, first]


def test_an_ended_mock_is_not_kept_alive():
    """A context that outlives the block holds no mock."""
    chain, one = Chain[Mock]("chain"), Mock()
    elsewhere = contextvars.Context()
    elsewhere.run(chain.add, one)
    chain.discard(one)
    gone = weakref.ref(one)
    del one
    gc.collect()
    assert gone() is None

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from aiointercept.core.matching.bipartite import assign, first_without

OPTIONS = st.lists(st.lists(st.integers(0, 4), unique=True, max_size=4), max_size=5)


@given(OPTIONS)
def test_as_many_as_possible_get_an_item(options: list[list[int]]) -> None:
    """Each item goes to one that would have it; trying all orders gives no more."""
    given_ = assign(options)
    assert all(item in options[asker] for item, asker in given_.items())
    assert len(set(given_.values())) == len(given_)
    assert len(given_) == max(
        _greedy(options, order) for order in permutations(range(len(options)))
    )


def _greedy(options: list[list[int]], order: tuple[int, ...]) -> int:
    """Return how many get an item if they choose in this order, each as well as it can."""
    best = 0
    stack = [(0, frozenset[int]())]
    while stack:
        at, taken = stack.pop()
        best = max(best, len(taken))
        if at < len(order):
            stack.append((at + 1, taken))
            stack += [(at + 1, taken | {item}) for item in options[order[at]] if item not in taken]
    return best


@given(OPTIONS)
def test_the_first_without_an_item_is_named(options: list[list[int]]) -> None:
    """None if all get one."""
    missing = first_without(options)
    if missing is None:
        assert len(assign(options)) == len(options)
    else:
        assert len(assign(options[:missing])) == missing
        assert len(assign(options[: missing + 1])) == missing

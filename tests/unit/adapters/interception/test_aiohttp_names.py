from typing import Any

import aiohttp
import pytest
from attrs import evolve

from aiointercept.adapters.interception.aiohttp_names import (
    REQUIREMENTS,
    Requirement,
    check_aiohttp,
)
from aiointercept.errors import UnsupportedAiohttpError

METHODS = [one for one in REQUIREMENTS if one.parameters is not None]


def simulated(requirement: Requirement, function: Any = None) -> Requirement:
    """Return the requirement of a class that has ``function`` in place of what is required."""
    members = {} if function is None else {requirement.name: function}
    kind = type(requirement.owner.__name__, (), members)
    return evolve(requirement, owner=kind)


def refusal(requirement: Requirement) -> str:
    """Return the message for an aiohttp that does not meet a requirement."""
    with pytest.raises(UnsupportedAiohttpError) as caught:
        check_aiohttp([*REQUIREMENTS, requirement])
    message = str(caught.value)
    assert aiohttp.__version__ in message
    assert str(requirement) in message
    assert "Install a newer aiointercept" in message
    return message


def test_the_installed_aiohttp_is_as_we_know_it():
    """Each requirement is met."""
    assert {str(one): one.problem() for one in REQUIREMENTS if one.problem()} == {}
    check_aiohttp()


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=str)
def test_a_name_that_is_gone_is_told(requirement: Requirement):
    """By its class and name, with the version of aiohttp and what to do."""
    gone = simulated(requirement)
    if requirement.name == "__init__":  # every class has one
        gone = simulated(requirement, lambda self: None)
        assert gone.problem() is not None
    else:
        assert "is not there" in refusal(gone)


@pytest.mark.parametrize("requirement", METHODS, ids=str)
def test_a_new_required_parameter_is_told(requirement: Requirement):
    """We would not pass it."""
    names = ", ".join(["self", *(one for one in requirement.parameters or () if one != "self")])
    function = eval(f"lambda {names}, *, novelty: None")  # noqa: S307  the names are ours
    changed = simulated(requirement, function)
    if requirement.overridden:
        # A caller passes it to us by name, if it does: that is no reason to refuse.
        assert "novelty" in (changed.problem() or "")
    else:
        assert "needs 'novelty', which is not known" in refusal(changed)
    optional = eval(f"lambda {names}, *, novelty=1: None")  # noqa: S307  as above
    assert simulated(requirement, optional).problem() is None


@pytest.mark.parametrize(
    "requirement", [one for one in METHODS if set(one.parameters or ()) - {"self"}], ids=str
)
def test_a_parameter_that_has_another_name_is_told(requirement: Requirement):
    """Other parameters may mean other things."""
    other = simulated(requirement, lambda self, other: None)
    message = refusal(other)
    assert "takes ['self', 'other']" in message


def test_what_takes_anything_by_name_is_fine():
    """As a decorator's wrapper does."""
    requirement = Requirement(object, "name", ("a", "b"))
    assert simulated(requirement, lambda *args, **kwargs: None).problem() is None


def test_what_is_no_method_any_more_is_told():
    """It could not be called."""
    assert "is not a method" in refusal(simulated(Requirement(object, "name", ()), 5))


def test_an_attribute_that_is_only_set_or_declared_counts_as_there():
    """Most are set by a constructor; some are declared, some have slots."""

    class Owner:
        declared: int

        def __init__(self) -> None:
            self.assigned = 1

        @property
        def through_a_property(self) -> int:
            """Use another attribute."""
            return self.used  # type: ignore[attr-defined]  # it is never called

    class WithSlots:
        __slots__ = ("slot",)

    for name in ("declared", "assigned", "used"):
        assert Requirement(Owner, name).problem() is None
    assert Requirement(WithSlots, "slot").problem() is None
    assert Requirement(Owner, "elsewhere").problem() == "is not there"

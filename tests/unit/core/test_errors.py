import sys
import traceback

import pytest

from aiointercept.core import errors
from aiointercept.core.errors import FurtherErrors, add_note


def shown(error: BaseException) -> str:
    """Return what a traceback shows of ``error``."""
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))


def test_notes_are_shown_with_the_error():
    """However many there are, and in their order, on every Python."""
    error = LookupError("mine")
    add_note(error, "first note")
    add_note(error, "second note")
    assert vars(error)["__notes__"] == ["first note", "second note"]
    text = shown(error)
    assert text.index("first note") < text.index("second note")
    assert "LookupError: mine" in text


@pytest.fixture
def python_3_10(monkeypatch: pytest.MonkeyPatch):
    """Make the code believe that exceptions have no notes."""
    monkeypatch.setattr(errors.sys, "version_info", (3, 10))


@pytest.mark.usefixtures("python_3_10")
def test_without_notes_they_are_the_innermost_context():
    """The contexts that the error has already stay as they are."""
    cause, error = KeyError("before"), LookupError("mine")
    error.__context__ = cause
    add_note(error, "first note")
    add_note(error, "second note")
    assert error.__context__ is cause
    assert isinstance(cause.__context__, FurtherErrors)
    assert str(cause.__context__) == "first note\nsecond note"
    assert cause.__context__.__context__ is None


@pytest.mark.usefixtures("python_3_10")
def test_without_notes_and_without_context():
    """They become the context themselves."""
    error = LookupError("mine")
    add_note(error, "note")
    assert isinstance(error.__context__, FurtherErrors)
    assert "note" in shown(error)


def test_kinds_of_errors():
    """Each is what a user would catch for its kind."""
    assert issubclass(errors.NotStartedError, RuntimeError)
    assert issubclass(errors.UnsupportedAiohttpError, RuntimeError)
    assert issubclass(errors.UnmetExpectationsError, AssertionError)
    assert sys.version_info >= (3, 10)


def test_cassette_errors_say_where() -> None:
    """File, entry and field, as far as they are known."""
    error = errors.CassetteError("is wrong", entry=2, field="response.status")
    assert str(error) == "entry 2, response.status: is wrong"
    found = error.in_file("a.har")
    assert str(found) == "a.har, entry 2, response.status: is wrong"
    assert (found.file, found.entry, found.field) == ("a.har", 2, "response.status")
    assert str(errors.CassetteError("is wrong")) == "is wrong"

import pytest

from aiointercept.core.recording.modes import RecordMode, choose_mode, clean_mode


def test_what_each_does() -> None:
    """The table of the documentation."""
    replays = {mode.value for mode in RecordMode if mode.replays()}
    assert replays == {"none", "once", "new"}
    assert {mode.value for mode in RecordMode if mode.records(file_exists=False)} == {
        "once",
        "new",
        "all",
    }
    assert {mode.value for mode in RecordMode if mode.records(file_exists=True)} == {"new", "all"}


@pytest.mark.parametrize(
    ("given", "mode"),
    [
        (("once", "all", "new", "all"), RecordMode.ONCE),
        ((None, "all", "new", "once"), RecordMode.ALL),
        (("", "", "new", "once"), RecordMode.NEW),
        ((None, None, None, "once"), RecordMode.ONCE),
        ((None, None, None, None), RecordMode.NONE),
        ((None, None, RecordMode.ALL, None), RecordMode.ALL),
    ],
)
def test_precedence(given: tuple[str | None, ...], mode: RecordMode) -> None:
    """Environment, command line, code, ini."""
    assert choose_mode(*given) is mode


def test_bad_names() -> None:
    """The message says where the name was given, and which there are."""
    with pytest.raises(ValueError, match=r"AIOINTERCEPT_RECORD must be one of 'none', 'once'"):
        choose_mode("x", None, "once", None)
    with pytest.raises(ValueError, match="--aiointercept-record must be one of"):
        choose_mode(None, "x", None, None)
    with pytest.raises(ValueError, match="not 'new_episodes'. Did you mean 'new'"):
        clean_mode("new_episodes")
    with pytest.raises(TypeError, match="record must be one of .*, not 1"):
        clean_mode(1)

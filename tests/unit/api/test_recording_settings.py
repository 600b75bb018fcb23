import pytest

from aiointercept.api.recording_settings import ENVIRONMENT, RECORDED, RecordingSettings
from aiointercept.core.recording.modes import RecordMode


def test_described(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is recorded, and who says so; the first one that says anything counts."""
    settings = RecordingSettings()
    assert settings.described() is None
    settings.ini = "new"
    assert settings.described() == (
        "cassettes record what is not in them (the ini option aiointercept_record is 'new')"
    )
    settings.command_line = "all"
    assert "--aiointercept-record is 'all'" in (settings.described() or "")
    monkeypatch.setenv(ENVIRONMENT, "none")
    assert settings.environment == "none"
    assert settings.described() is None
    monkeypatch.setenv(ENVIRONMENT, "typo")
    assert settings.described() is None


def test_modes() -> None:
    """The names here, which import nothing, are those of the core."""
    assert set(RECORDED) == {mode.value for mode in RecordMode}

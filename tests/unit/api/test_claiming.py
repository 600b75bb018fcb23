import threading

import pytest

from aiointercept.api.claiming import Claim


def test_one_at_a_time():
    """The next one takes it after the release."""
    claim = Claim()
    claim.take()
    with pytest.raises(RuntimeError, match="already started: leave its block"):
        claim.take()
    claim.release()
    claim.take()


def test_a_reservation_is_of_a_thread():
    """The thread that reserved takes it; another one can't, and a second reservation fails."""
    claim = Claim()
    assert claim.reserve()
    assert not claim.reserve()
    refused: list[RuntimeError] = []

    def take() -> None:
        try:
            claim.take()
        except RuntimeError as error:
            refused.append(error)

    other = threading.Thread(target=take)
    other.start()
    other.join()
    assert refused
    claim.take()
    with pytest.raises(RuntimeError):
        claim.take()


def test_it_is_released_on_error_alone():
    """Whoever fails to start gives it back."""
    claim = Claim()
    claim.take()
    with pytest.raises(KeyboardInterrupt):
        with claim.released_on_error():
            raise KeyboardInterrupt
    claim.take()
    with claim.released_on_error():
        pass
    assert not claim.reserve()

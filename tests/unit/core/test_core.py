import pytest

from aiointercept.core import is_ip_address


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "[2001:db8::1]", "::1"])
def test_addresses(host: str) -> None:
    """In brackets or not."""
    assert is_ip_address(host)


@pytest.mark.parametrize("host", ["", "api.test", "192.0.2", "192.0.2.256"])
def test_names(host: str) -> None:
    """Whatever looks like a part of an address, too."""
    assert not is_ip_address(host)

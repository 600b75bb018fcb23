import pytest
from multidict import CIMultiDict

from aiointercept.core.http.hop_by_hop import end_to_end_headers


@pytest.mark.parametrize(
    "name",
    ["connection", "Keep-Alive", "TE", "trailer", "Transfer-Encoding", "UPGRADE"],
)
def test_fields_of_one_connection_do_not_go_on(name: str):
    """In any case of letters, and all of them."""
    headers = CIMultiDict([(name, "one"), ("X-Own", "1"), (name, "two")])
    assert list(end_to_end_headers(headers).items()) == [("X-Own", "1")]


def test_fields_of_the_message_stay_in_order():
    """Repeated fields stay repeated; what was handed in is not changed."""
    headers = CIMultiDict([("Set-Cookie", "a"), ("Connection", "close"), ("Set-Cookie", "b")])
    assert end_to_end_headers(headers).getall("set-cookie") == ["a", "b"]
    assert "Connection" in headers

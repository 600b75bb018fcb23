"""What runners share: which errors only say that the client left, and how tasks are ended."""

import asyncio
import weakref

import pytest
from attrs import define

from aiointercept.adapters.apps.runner import end_tasks, is_disconnect, serving


@define
class Connection:
    """A connection whose client has left, or not."""

    gone: bool


class ClientDisconnect(Exception):  # noqa: N818  as Starlette calls it
    """Named as Starlette's."""


@pytest.mark.parametrize(
    ("error", "gone", "disconnect"),
    [
        (ConnectionResetError(), True, True),
        (ConnectionResetError(), False, False),
        (KeyError(), True, False),
        (ClientDisconnect(), False, True),
    ],
)
def test_is_disconnect(error, gone, disconnect):
    """Errors of a connection count as long as its client is there."""
    connection = Connection(gone)
    token = serving.set(weakref.ref(connection))
    assert is_disconnect(error) is disconnect
    serving.reset(token)


def test_outside_of_a_connection():
    """Where no client is served, every error counts."""
    assert not is_disconnect(ConnectionResetError())


async def test_tasks_are_waited_for():
    """Tasks that are ending run to their end."""
    ended = []

    async def last():
        await asyncio.sleep(0)
        ended.append(True)

    await end_tasks({asyncio.ensure_future(last())})
    assert ended == [True]


async def test_tasks_that_go_on_are_cancelled(monkeypatch):
    """Others are cancelled."""
    monkeypatch.setattr("aiointercept.adapters.apps.runner._GRACE", 0.01)
    task = asyncio.ensure_future(asyncio.Event().wait())
    await end_tasks({task})
    assert task.cancelled()

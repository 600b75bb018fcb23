"""``AppReply`` is what the handler takes for a responder, and the core for one that streams."""

from aiointercept.adapters.apps.reply import AppReply
from aiointercept.core.ports.responder import Responder
from aiointercept.core.routing.routes import Route


def test_responder():
    """It fits the port."""
    reply = AppReply(app=None)
    assert isinstance(reply, Responder)


def test_streams_unless_delayed():
    """Its route takes requests while they come in; one that waits first does not."""
    reply = AppReply(app=None)
    assert Route("*", None, None, reply).takes_streams
    assert not Route("*", None, None, reply, delay=1.0).takes_streams

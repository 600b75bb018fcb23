import pytest

from aiointercept.core.http.messages import Response
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.replies import FaultReply, RaiseReply, Stream


def test_an_exception_class_makes_a_new_instance_each_time():
    """So that tracebacks and contexts of one call do not show in the next."""
    raised = RaiseReply(LookupError)
    first, second = raised.make(), raised.make()
    assert type(first) is type(second) is LookupError
    assert first is not second


def test_an_exception_instance_is_the_very_one_without_an_old_traceback():
    """The client's call raises exactly the one given."""
    error = LookupError("mine")
    with pytest.raises(LookupError):
        raise error
    assert error.__traceback__ is not None
    assert RaiseReply(error).make() is error
    assert error.__traceback__ is None


def test_what_may_be_broken_is_an_empty_response_by_default():
    """Faults without a body need none."""
    broken = FaultReply(Fault.HANG)
    assert isinstance(broken.content, Response)
    assert broken.content.body == b""


def test_a_streams_headers_are_a_multidict():
    """Whatever they were given as."""
    stream = Stream(lambda: None, headers=[("A", "1"), ("a", "2")])
    assert stream.headers.getall("A") == ["1", "2"]
    assert (stream.status, stream.reason, stream.length) == (200, None, None)

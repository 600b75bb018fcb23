import pytest

from aiointercept.core.http.messages import Response
from aiointercept.core.routing.replies import Fault, FaultReply, RaiseReply, Stream


def test_faults_before_there_is_a_connection():
    """Some happen before; they are for intercepted clients only."""
    assert {fault for fault in Fault if fault.before_connection} == {
        Fault.DNS_FAILURE,
        Fault.CONNECTION_REFUSED,
        Fault.CONNECT_TIMEOUT,
        Fault.CERTIFICATE_ERROR,
        Fault.CERTIFICATE_EXPIRED,
        Fault.CERTIFICATE_WRONG_HOST,
        Fault.CERTIFICATE_UNTRUSTED,
    }


def test_faults_of_a_handshake():
    """They need a real one, so they come before there is a connection."""
    shown = {fault for fault in Fault if fault.in_handshake}
    assert shown == {
        Fault.CERTIFICATE_EXPIRED,
        Fault.CERTIFICATE_WRONG_HOST,
        Fault.CERTIFICATE_UNTRUSTED,
    }
    assert all(fault.before_connection for fault in shown)


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

from aiointercept.core.routing.faults import Fault


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

"""Each fault: what the client raises, what is used up and logged, and what comes after it."""

import asyncio
import errno
import ssl
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import requests
from attrs import frozen

from aiointercept import Fault, aiointercept

HTTP = "http://api.test/things"
HTTPS = "https://api.test/things"
# Only what hangs meets a short limit, so that a slow machine makes no other call fail.
LIMITS = {
    Fault.CONNECT_TIMEOUT: aiohttp.ClientTimeout(sock_connect=0.05),
    Fault.HANG: aiohttp.ClientTimeout(sock_read=0.05),
}

METHODS = ("GET", "POST")
BEFORE_CONNECTION = tuple(fault for fault in Fault if fault.before_connection)
ON_THE_WIRE = tuple(fault for fault in Fault if not fault.before_connection)
# Those after which aiohttp sends an idempotent request once more, silently.
REPEATED = (Fault.CONNECTION_RESET, Fault.EMPTY_RESPONSE)


@frozen
class Expected:
    """What a client gets: exactly this class, and this ``errno`` where there is one."""

    kind: type[BaseException]
    number: int | None = None


EXPECTED = {
    Fault.DNS_FAILURE: Expected(aiohttp.ClientConnectorDNSError),
    Fault.CONNECTION_REFUSED: Expected(aiohttp.ClientConnectorError, errno.ECONNREFUSED),
    Fault.CONNECT_TIMEOUT: Expected(aiohttp.ConnectionTimeoutError),
    Fault.CERTIFICATE_ERROR: Expected(aiohttp.ClientConnectorCertificateError),
    Fault.CERTIFICATE_EXPIRED: Expected(aiohttp.ClientConnectorCertificateError),
    Fault.CERTIFICATE_WRONG_HOST: Expected(aiohttp.ClientConnectorCertificateError),
    Fault.CERTIFICATE_UNTRUSTED: Expected(aiohttp.ClientConnectorCertificateError),
    Fault.CONNECTION_RESET: Expected(aiohttp.ClientOSError, errno.ECONNRESET),
    Fault.EMPTY_RESPONSE: Expected(aiohttp.ServerDisconnectedError),
    Fault.TRUNCATED_BODY: Expected(aiohttp.ClientPayloadError),
    Fault.MALFORMED_RESPONSE: Expected(aiohttp.ClientResponseError),
    Fault.HANG: Expected(aiohttp.SocketTimeoutError),
}


async def ask(session: aiohttp.ClientSession, method: str, url: str, **options: Any) -> bytes:
    """Send a request with a small body where one is usual, and read the answer."""
    data = b"a body" if method == "POST" else None
    async with session.request(method, url, data=data, **options) as response:
        return await response.read()


async def failure(
    session: aiohttp.ClientSession, method: str, url: str, fault: Fault | None = None
) -> BaseException:
    """Return what ``ask`` raises, with a limit that is short if ``fault`` is one that hangs."""
    options = {"timeout": LIMITS[fault]} if fault in LIMITS else {}
    with pytest.raises(Exception) as caught:  # noqa: PT011  its class is compared exactly, by the caller
        await ask(session, method, url, **options)
    return caught.value


def assert_expected(error: BaseException, fault: Fault) -> None:
    """Compare an exception with the table."""
    expected = EXPECTED[fault]
    assert type(error) is expected.kind
    assert getattr(error, "errno", None) == expected.number or expected.number is None


def test_table_is_complete() -> None:
    """No fault is left out of this file."""
    assert set(EXPECTED) == set(Fault)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("fault", "url"),
    [
        (fault, url)
        for fault in Fault
        for url in (HTTP, HTTPS)
        if url is HTTPS or not fault.in_handshake
    ],
)
async def test_intercepted_client(fault: Fault, method: str, url: str) -> None:
    """An intercepted client raises the very exception, uses up one route and goes on cleanly."""
    async with (
        aiointercept(mock_external_urls=True, tls=fault.in_handshake) as m,
        aiohttp.ClientSession() as session,
    ):
        failing = m.add(url, method, fault=fault)
        working = m.add(url, method, body=b"fine", repeat=2)
        assert_expected(await failure(session, method, url, fault), fault)
        assert await ask(session, method, url) == b"fine"
        assert await ask(session, method, url) == b"fine"
        assert (failing.call_count, working.call_count, m.call_count) == (1, 2, 3)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("fault", Fault)
async def test_call_in_the_log(fault: Fault, method: str) -> None:
    """The log tells the fault, its route, and how often the client tried."""
    async with (
        aiointercept(mock_external_urls=True, tls=fault.in_handshake) as m,
        aiohttp.ClientSession() as session,
    ):
        handle = m.add(HTTPS, method, fault=fault)
        await failure(session, method, HTTPS, fault)
        (call,) = m.calls
        assert call.fault is fault
        assert call.route is handle
        assert call.request.method == method
        assert str(call.request.url) == HTTPS
        assert call.attempts == (2 if fault in REPEATED and method == "GET" else 1)
        assert (call.response is not None) == (fault is Fault.TRUNCATED_BODY)


@pytest.mark.parametrize("fault", ON_THE_WIRE)
async def test_server_mode(fault: Fault) -> None:
    """What a server can do, it does to any client; a POST is sent once and uses up one route."""
    async with aiointercept() as m, aiohttp.ClientSession() as session:
        url = f"{m.server_url}/things"
        failing = m.post("/things", fault=fault)
        working = m.post("/things", body=b"fine")
        assert_expected(await failure(session, "POST", url, fault), fault)
        assert await ask(session, "POST", url) == b"fine"
        assert (failing.call_count, working.call_count, m.call_count) == (1, 1, 2)


@pytest.mark.parametrize("fault", REPEATED)
async def test_repetition_in_server_mode(fault: Fault) -> None:
    """There a silent repetition of a GET cannot be told from a call: it gets the next route."""
    async with aiointercept() as m, aiohttp.ClientSession() as session:
        m.get("/things", fault=fault)
        m.get("/things", body=b"fine")
        assert await ask(session, "GET", f"{m.server_url}/things") == b"fine"
        assert m.call_count == 2


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.CONNECTION_RESET, requests.ConnectionError),
        (Fault.EMPTY_RESPONSE, requests.ConnectionError),
        (Fault.TRUNCATED_BODY, requests.exceptions.ChunkedEncodingError),
        (Fault.MALFORMED_RESPONSE, requests.ConnectionError),
        (Fault.HANG, requests.ReadTimeout),
    ],
)
def test_blocking_client(fault: Fault, kind: type[Exception]) -> None:
    """A client of another kind fails in its own way, and the server is there for it afterwards."""
    with aiointercept() as m:
        m.post("/things", fault=fault)
        m.post("/things", body=b"fine")
        url = f"{m.server_url}/things"
        with pytest.raises(kind):
            requests.post(url, data=b"a body", timeout=0.2 if fault is Fault.HANG else 60)
        assert requests.post(url, data=b"a body", timeout=60).content == b"fine"


@pytest.mark.parametrize("fault", BEFORE_CONNECTION)
async def test_refused_at_the_own_url(fault: Fault) -> None:
    """No client is intercepted there, so what happens before a connection cannot be performed."""
    async with aiointercept() as m:
        for url in ("/things", f"{m.server_url}/things"):
            with pytest.raises(ValueError, match=r"mock_external_urls=True"):
                m.get(url, fault=fault)
    async with aiointercept(mock_external_urls=True) as m:
        with pytest.raises(ValueError, match=fault.name):
            m.get(f"{m.server_url}/things", fault=fault)


async def test_raises_refused_at_the_own_url() -> None:
    """The same goes for an exception that the client's call shall raise."""
    async with aiointercept() as m:
        with pytest.raises(ValueError, match=r"raises needs an intercepted client"):
            m.get("/things", raises=ValueError("no"))


@pytest.mark.parametrize("fault", ["boom", "HANG", 3, True])
async def test_not_a_fault(fault: Any) -> None:
    """Anything but a ``Fault`` is refused, with the list of them."""
    async with aiointercept() as m:
        with pytest.raises(
            TypeError, match=r"fault must be one of Fault\.DNS_FAILURE.*Fault\.HANG"
        ):
            m.get("/things", fault=fault)


@pytest.mark.parametrize("option", [{"callback": print}, {"raises": OSError}, {"exception": True}])
async def test_contradictions(option: dict[str, Any]) -> None:
    """A route fails in one way only, and the refusal names both options."""
    (name,) = option
    async with aiointercept(mock_external_urls=True) as m:
        with pytest.raises(ValueError, match=rf"(?=.*\bfault\b)(?=.*\b{name}\b)"):
            m.get(HTTP, fault=Fault.HANG, **option)


async def test_retry_loop() -> None:
    """Code that tries three times gets its answer at the third, and each try is one call."""
    async with aiointercept(mock_external_urls=True, strict=True) as m:
        m.get(HTTPS, fault=Fault.CONNECTION_RESET)
        m.get(HTTPS, fault=Fault.EMPTY_RESPONSE)
        m.get(HTTPS, payload={"answer": 42})
        seen: list[type[BaseException]] = []
        answer = None
        async with aiohttp.ClientSession() as session:
            for _attempt in range(3):
                try:
                    async with session.get(HTTPS) as response:
                        answer = await response.json()
                        break
                except aiohttp.ClientError as error:
                    seen.append(type(error))
        assert answer == {"answer": 42}
        assert seen == [aiohttp.ClientOSError, aiohttp.ServerDisconnectedError]
        assert [call.fault for call in m.calls] == [
            Fault.CONNECTION_RESET,
            Fault.EMPTY_RESPONSE,
            None,
        ]


@pytest.mark.parametrize("fault", Fault)
async def test_repeated_for_ever(fault: Fault) -> None:
    """A fault with ``repeat=True`` happens to each call, concurrent ones included."""
    async with (
        aiointercept(mock_external_urls=True, tls=fault.in_handshake) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get(HTTPS, fault=fault, repeat=True)
        errors = await asyncio.gather(*(failure(session, "GET", HTTPS, fault) for _ in range(5)))
        for error in errors:
            assert_expected(error, fault)
        assert m.call_count == 5


@pytest.mark.parametrize("fault", BEFORE_CONNECTION)
async def test_body_decides(fault: Fault) -> None:
    """Where a matcher has to read the body first, the client's exception is no other."""

    async def chunks() -> AsyncIterator[bytes]:
        yield b"a "
        yield b"body"

    async with (
        aiointercept(mock_external_urls=True, tls=fault.in_handshake) as m,
        aiohttp.ClientSession() as session,
    ):
        m.post(HTTPS, fault=fault, match=lambda request: request.body == b"a body")
        m.post(HTTPS, body=b"fine")
        options: Any = {"timeout": LIMITS[fault]} if fault in LIMITS else {}
        with pytest.raises(EXPECTED[fault].kind) as caught:
            await session.post(HTTPS, data=chunks(), **options)
        assert_expected(caught.value, fault)
        async with session.post(HTTPS, data=b"another body") as response:
            assert await response.read() == b"fine"


@pytest.mark.parametrize("fault", Fault)
async def test_delay(fault: Fault) -> None:
    """A delay comes before the failure, so a shorter limit of the client's ends the call first."""
    async with (
        aiointercept(mock_external_urls=True, tls=fault.in_handshake) as m,
        aiohttp.ClientSession() as session,
    ):
        m.get(HTTPS, fault=fault, delay=60)
        with pytest.raises(asyncio.TimeoutError):
            await session.get(HTTPS, timeout=aiohttp.ClientTimeout(total=0.05))


async def test_connection_errors_tell_where() -> None:
    """They carry host, port and ``ssl`` as real ones do, for code that reports them."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        for fault in (Fault.DNS_FAILURE, Fault.CONNECTION_REFUSED, Fault.CERTIFICATE_ERROR):
            m.get("https://api.test:8443/", fault=fault)
        for _ in range(3):
            error: Any = await failure(session, "GET", "https://api.test:8443/")
            assert (error.host, error.port, error.ssl) == ("api.test", 8443, True)
            assert "api.test:8443" in str(error)


async def test_certificate_error_carries_the_real_one() -> None:
    """The error of the handshake is there to be looked at."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.get(HTTPS, fault=Fault.CERTIFICATE_ERROR)
        error: Any = await failure(session, "GET", HTTPS)
        assert isinstance(error.certificate_error, ssl.SSLCertVerificationError)


async def test_total_limit_of_a_connection_that_never_comes() -> None:
    """Where the client limits the whole call only, that limit is the one that ends it."""
    async with aiointercept(mock_external_urls=True) as m, aiohttp.ClientSession() as session:
        m.get(HTTPS, fault=Fault.CONNECT_TIMEOUT)
        limits = aiohttp.ClientTimeout(total=0.05, sock_connect=None)
        with pytest.raises(asyncio.TimeoutError):
            await session.get(HTTPS, timeout=limits)


@pytest.mark.parametrize(
    ("fault", "delay"),
    [(Fault.HANG, 0), (Fault.CONNECT_TIMEOUT, 0), *((fault, 60) for fault in Fault)],
)
async def test_the_block_does_not_wait(fault: Fault, delay: float) -> None:
    """A call that hangs when the block ends fails, and holds nothing up."""
    received = asyncio.Event()
    async with aiohttp.ClientSession() as session:
        async with aiointercept(mock_external_urls=True, tls=fault.in_handshake) as m:
            m.get(HTTPS, fault=fault, delay=delay, match=lambda _: received.set() is None)
            call = asyncio.ensure_future(failure(session, "GET", HTTPS))
            await received.wait()
        error = await call
        assert isinstance(error, aiohttp.ClientConnectionError)
        assert "block ended" in str(error)


async def test_on_a_kept_alive_connection() -> None:
    """A connection that has served a request before breaks just the same."""
    async with (
        aiointercept(mock_external_urls=True) as m,
        aiohttp.ClientSession() as session,
    ):
        for fault in ON_THE_WIRE:
            m.post(HTTP, body=b"fine")
            m.post(HTTP, fault=fault)
            assert await ask(session, "POST", HTTP) == b"fine"
            assert_expected(await failure(session, "POST", HTTP, fault), fault)

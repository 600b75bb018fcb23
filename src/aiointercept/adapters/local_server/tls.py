"""A throw-away certificate authority for one mock: certificates for any host, contexts, PEM files.

This module knows nothing about connections or HTTP. ``trustme`` makes the certificates; it is
imported when the authority is first needed.
"""

import contextlib
import ipaddress
import shutil
import ssl
import tempfile
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from aiointercept.adapters.local_server.system_roots import system_roots
from aiointercept.core.routing.faults import Fault

if TYPE_CHECKING:
    import trustme

LOCAL_HOSTS: Final = ("localhost", "127.0.0.1", "::1")
"""The names under which clients reach servers on loopback."""

_MOST_CONTEXTS: Final = 512
# trustme and X.509 take times without a zone as UTC.
_VALID_FROM: Final = datetime(2000, 1, 1)  # noqa: DTZ001
_VALID_UNTIL: Final = datetime(3000, 1, 1)  # noqa: DTZ001
_PAST: Final = datetime(2001, 1, 1)  # noqa: DTZ001
_ORGANIZATION: Final = "aiointercept, for tests only"
_WRONG_HOST: Final = "wrong-host.invalid"
_BEGIN: Final = "-----BEGIN CERTIFICATE-----"
_ALPN: Final = ["http/1.1"]


def _pem(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, Path):
        value = value.read_bytes()
    if isinstance(value, (bytes, bytearray)):
        value = bytes(value).decode("ascii", "replace")
    if not isinstance(value, str):
        msg = (
            "Tls(client_ca=...) takes the certificates of an authority as PEM: a str, bytes or a "
            f"pathlib.Path, not {type(value).__name__}"
        )
        raise TypeError(msg)
    if _BEGIN not in value:
        msg = (
            f"Tls(client_ca=...) has no {_BEGIN!r} in it: pass the PEM text itself, or a "
            "pathlib.Path of its file"
        )
        raise ValueError(msg)
    return value


@frozen
class Tls:
    """How a mock speaks TLS, for ``aiointercept(tls=Tls(...))``; ``tls=True`` is ``tls=Tls()``.

    Args:
        client_ca: the authority that signs the certificates of clients, in PEM format, as ``str``,
            ``bytes`` or a ``pathlib.Path`` to read it from. If it is given, each client must show
            a certificate of that authority. A handler reads that certificate with
            ``request.transport.get_extra_info("peercert")``.

    Raises:
        TypeError: if ``client_ca`` has another type.
        ValueError: if ``client_ca`` has no certificate in it.

    .. versionadded:: 1.1
    """

    client_ca: str | None = field(default=None, converter=_pem, repr=False)

    def __attrs_post_init__(self) -> None:
        if self.client_ca is None:
            return
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_verify_locations(cadata=self.client_ca)
        except (ssl.SSLError, ValueError) as error:
            msg = f"Tls(client_ca=...) has no certificate that OpenSSL can read: {error}"
            raise ValueError(msg) from error


def _trustme() -> Any:
    """Import ``trustme``.

    Raises:
        ImportError: with the command that installs it.
    """
    try:
        import trustme  # noqa: PLC0415  an extra that is slow to import
    except ImportError as error:
        msg = "TLS needs the package trustme: pip install 'aiointercept[tls]'"
        raise ImportError(msg, name="trustme") from error
    return trustme


def can_make_certificates() -> bool:
    """Whether the extra ``tls`` is installed."""
    try:
        _trustme()
    except ImportError:
        return False
    return True


class Authority:
    """The certificate authority of one mock, created when first needed. Thread-safe.

    Args:
        tls: how the mock speaks TLS.
    """

    def __init__(self, tls: Tls | None = None) -> None:
        self._client_ca = None if tls is None else tls.client_ca
        self._lock = threading.RLock()
        self._ca: trustme.CA | None = None
        self._stranger: trustme.CA | None = None
        self._contexts: OrderedDict[Any, ssl.SSLContext] = OrderedDict()
        self._client: ssl.SSLContext | None = None
        self._files: dict[str, str] = {}
        self._folder: Path | None = None
        self._remove: weakref.finalize[..., Any] | None = None

    # The authority

    def require(self) -> None:
        """Check early that the authority can be created, so that the error reaches the user.

        Raises:
            ImportError: if the extra ``tls`` is not installed.
        """
        _trustme()

    def _authority(self) -> "trustme.CA":
        with self._lock:
            if self._ca is None:
                self._ca = _new_authority()
            return self._ca

    def _unknown_authority(self) -> "trustme.CA":
        with self._lock:
            if self._stranger is None:
                self._stranger = _new_authority()
            return self._stranger

    @property
    def pem(self) -> str:
        """The certificate of the authority."""
        return self._authority().cert_pem.bytes().decode("ascii")

    # For servers

    def server_context(self, *hosts: str, fault: Fault | None = None) -> ssl.SSLContext:
        """Return the context of a server with a certificate for ``hosts``; contexts are cached.

        Args:
            hosts: names, wildcards such as ``*.example.com``, or IP addresses; international names
                in Unicode or punycode.
            fault: the fault of the certificate; ``None`` for a valid one.

        Raises:
            ImportError: if the extra ``tls`` is not installed.
        """
        names = tuple(dict.fromkeys(_identity(host) for host in hosts))
        key = (names, fault)
        with self._lock:
            context = self._contexts.get(key)
            if context is None:
                context = self._contexts[key] = self._new_server_context(names, fault)
                if len(self._contexts) > _MOST_CONTEXTS:
                    self._contexts.popitem(last=False)
            else:
                self._contexts.move_to_end(key)
            return context

    def local_context(self) -> ssl.SSLContext:
        """Return the context of a server on loopback, for any server name that clients send."""
        with self._lock:
            context = self._contexts.get(LOCAL_HOSTS)
            if context is None:
                context = self._new_server_context(LOCAL_HOSTS, None)
                context.sni_callback = self._show_what_is_asked_for
                self._contexts[LOCAL_HOSTS] = context
            return context

    def _show_what_is_asked_for(
        self, connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext
    ) -> None:
        if name is not None and _identity(name) not in LOCAL_HOSTS:
            with contextlib.suppress(ValueError):  # an invalid name gets localhost's
                connection.context = self.server_context(name)

    def _new_server_context(self, names: tuple[str, ...], fault: Fault | None) -> ssl.SSLContext:
        authority = (
            self._unknown_authority() if fault is Fault.CERTIFICATE_UNTRUSTED else self._authority()
        )
        if fault is Fault.CERTIFICATE_WRONG_HOST:
            names = (_WRONG_HOST,)
        leaf: Any = _issue(
            authority, names, _PAST if fault is Fault.CERTIFICATE_EXPIRED else _VALID_UNTIL
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(_ALPN)
        # No client resumes a session with a mock, so send no tickets after each handshake.
        context.num_tickets = 0
        leaf.configure_cert(context)
        if self._client_ca is not None:
            context.load_verify_locations(cadata=self._client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    # For clients

    def client_context(self) -> ssl.SSLContext:
        """Return a new client context that trusts the system's authorities and this one."""
        context = ssl.create_default_context()
        context.load_verify_locations(cadata=self.pem)
        context.set_alpn_protocols(_ALPN)
        return context

    def default_context(self) -> ssl.SSLContext:
        """Return the context that replaces a client's default one for connections to the mock."""
        with self._lock:
            if self._client is None:
                self._client = ssl.create_default_context(cadata=self.pem)
                self._client.set_alpn_protocols(_ALPN)
            return self._client

    # Files

    @property
    def ca_file(self) -> str:
        """The path of a PEM file with the authority's certificate; it exists until :meth:`close`.

        Raises:
            ImportError: if the extra ``tls`` is not installed.
        """
        return self._file("ca.pem", lambda: self.pem)

    @property
    def bundle_file(self) -> str:
        """The path of a PEM file with the system's roots and this authority, until :meth:`close`.

        Raises:
            ImportError: if the extra ``tls`` is not installed.
        """
        return self._file("bundle.pem", lambda: system_roots() + self.pem)

    def _file(self, name: str, content: Callable[[], str]) -> str:
        with self._lock:
            if name in self._files:
                return self._files[name]
            text = content()  # may raise, so call it before making the folder
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="aiointercept-"))
                # If the block never ends, this removes the files when the interpreter exits.
                self._remove = weakref.finalize(
                    self, shutil.rmtree, self._folder, ignore_errors=True
                )
            path = self._folder / name
            path.write_text(text, encoding="ascii")
            self._files[name] = str(path)
            return self._files[name]

    def close(self) -> None:
        """Remove the files, and forget the authority, so that the next block gets a new one."""
        with self._lock:
            if self._remove is not None:
                self._remove()
            self._folder = self._remove = self._ca = self._stranger = self._client = None
            self._files.clear()
            self._contexts.clear()


def _new_authority() -> "trustme.CA":
    authority: trustme.CA = _trustme().CA(organization_name=_ORGANIZATION)
    return authority


def _identity(host: str) -> str:
    """Return ``host`` as certificates name it: in lower case, without a trailing dot or zone."""
    return host.strip("[]").partition("%")[0].rstrip(".").lower()


def _issue(
    authority: "trustme.CA", names: tuple[str, ...], valid_until: datetime
) -> "trustme.LeafCert":
    try:
        return authority.issue_cert(
            *names,
            not_before=_VALID_FROM,
            not_after=valid_until,
            organization_name=_ORGANIZATION,
        )
    except UnicodeError:
        # IDNA rejects names such as "my_service", but servers and clients accept them.
        return _issue_as_written(authority, names, valid_until)


def _issue_as_written(
    authority: "trustme.CA", names: tuple[str, ...], valid_until: datetime
) -> "trustme.LeafCert":
    """Issue a certificate for host names that are not valid under IDNA."""
    from cryptography import x509  # noqa: PLC0415  a dependency of trustme, also slow to import
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415

    model = authority.issue_cert("placeholder.invalid", organization_name=_ORGANIZATION)
    old = x509.load_pem_x509_certificate(model.cert_chain_pems[0].bytes())
    builder = (
        x509.CertificateBuilder()
        .subject_name(old.subject)
        .issuer_name(old.issuer)
        .public_key(old.public_key())
        .serial_number(old.serial_number)
        .not_valid_before(_VALID_FROM)
        .not_valid_after(valid_until)
    )
    for extension in old.extensions:
        value: x509.ExtensionType = extension.value
        if isinstance(value, x509.SubjectAlternativeName):
            value = x509.SubjectAlternativeName([_general_name(name) for name in names])
        builder = builder.add_extension(value, extension.critical)
    key: Any = serialization.load_pem_private_key(authority.private_key_pem.bytes(), None)
    new = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    return type(model)(model.private_key_pem.bytes(), new, [])


def _general_name(name: str) -> Any:
    from cryptography import x509  # noqa: PLC0415  as above

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)

"""The certificate authorities that this system trusts, as one PEM text."""

import os
import ssl
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

AUTHORITY_VARIABLES: Final = (
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "AWS_CA_BUNDLE",
    "GIT_SSL_CAINFO",
)
"""Variables with a file of authorities that a program trusts besides or instead of the system's."""

_BEGIN: Final = "-----BEGIN CERTIFICATE-----"
_END: Final = "-----END CERTIFICATE-----"


def system_roots() -> str:
    """Return the authorities that programs on this system trust, each only once.

    They come from OpenSSL's default locations, the system's store, and the files that the
    environment names; from certifi if those have none.
    """
    loaded = ssl.create_default_context().get_ca_certs(binary_form=True)
    texts = [ssl.DER_cert_to_PEM_cert(certificate) for certificate in loaded]
    if not texts:  # OpenSSL reads its folder only when it looks up an authority
        texts = [_text(path) for path in _files_in_folder()]
    texts += [_text(path) for path in _named_files()]
    found = _certificates(texts) or _certificates([_text(_certifi())])
    return "".join(f"{certificate}\n" for certificate in found)


def _named_files() -> list[Path]:
    named = [os.environ.get(variable) for variable in AUTHORITY_VARIABLES]
    return [Path(name) for name in dict.fromkeys(named) if name]


def _files_in_folder() -> list[Path]:
    folder: Any = ssl.get_default_verify_paths().capath
    return [] if folder is None else sorted(Path(folder).glob("*.0"))


def _certifi() -> Path | None:
    spec = find_spec("certifi")
    return None if spec is None or spec.origin is None else Path(spec.origin).parent / "cacert.pem"


def _text(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return path.read_text(encoding="ascii", errors="ignore")
    except OSError:
        return ""


def _certificates(texts: Iterable[str]) -> list[str]:
    """Return the certificates in ``texts``, each only once, without the text between them."""
    found: dict[str, None] = {}
    for text in texts:
        for piece in text.split(_BEGIN)[1:]:
            body, end, _ = piece.partition(_END)
            if end:
                lines = "\n".join(body.split())
                found[f"{_BEGIN}\n{lines}\n{_END}"] = None
    return list(found)

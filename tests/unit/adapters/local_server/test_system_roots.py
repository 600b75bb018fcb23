import ssl
from pathlib import Path
from types import SimpleNamespace

import pytest
import trustme

from aiointercept.adapters.local_server import system_roots as module
from aiointercept.adapters.local_server.system_roots import (
    AUTHORITY_VARIABLES,
    system_roots,
)


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Have a system without authorities, and none named in the environment."""
    for name in AUTHORITY_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    empty = SimpleNamespace(get_ca_certs=lambda **_: [])
    monkeypatch.setattr(module.ssl, "create_default_context", lambda: empty)
    monkeypatch.setattr(
        module.ssl, "get_default_verify_paths", lambda: SimpleNamespace(capath=str(tmp_path))
    )
    monkeypatch.setattr(module, "find_spec", lambda _: None)


def pem() -> str:
    """Return the certificate of a new authority."""
    return trustme.CA().cert_pem.bytes().decode()


def test_no_authority_at_all():
    """Then there is nothing to trust, and no error either."""
    assert system_roots() == ""


def test_those_that_the_system_loads(monkeypatch: pytest.MonkeyPatch):
    """As Windows and most Linux systems do."""
    one = pem()
    loaded = SimpleNamespace(get_ca_certs=lambda **_: [ssl.PEM_cert_to_DER_cert(one)])
    monkeypatch.setattr(module.ssl, "create_default_context", lambda: loaded)
    assert system_roots() == one


def test_those_in_the_folder_that_openssl_looks_into(tmp_path: Path):
    """They are not loaded beforehand, so they are read."""
    one, two = pem(), pem()
    (tmp_path / "0123abcd.0").write_text(one)
    (tmp_path / "0123abce.0").write_text(f"some text\n{two}more text")
    (tmp_path / "readme").write_text("no certificate")
    assert system_roots() == one + two


@pytest.mark.parametrize("name", AUTHORITY_VARIABLES)
def test_those_that_the_environment_names(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """Programs trusted them before, so they still do; each certificate is there once."""
    one = pem()
    file = tmp_path / "company.pem"
    file.write_text(one + one)
    monkeypatch.setenv(name, str(file))
    assert system_roots() == one


def test_a_file_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """It is not for us to complain."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "gone.pem"))
    assert system_roots() == ""


def test_those_of_certifi_where_there_are_no_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """As with Python for macOS, whose OpenSSL finds none."""
    one = pem()
    (tmp_path / "cacert.pem").write_text(one)
    spec = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(module, "find_spec", lambda _: spec)
    assert system_roots() == one


def test_a_certificate_that_is_cut_off(tmp_path: Path):
    """It is left out."""
    (tmp_path / "0123abcd.0").write_text(pem()[:200])
    assert system_roots() == ""

import os

import pytest

from aiointercept.adapters.local_server.proxy_environment import (
    changed_environment,
    proxy_variables,
)

URL = "http://127.0.0.1:1234"


def test_all_variables():
    """Proxies in both cases, none exempt, and one file for all who ask whom to trust."""
    assert proxy_variables(URL, "/tmp/bundle.pem") == {  # noqa: S108  nothing is written there
        **dict.fromkeys(
            ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"],
            URL,
        ),
        "NO_PROXY": "",
        "no_proxy": "",
        **dict.fromkeys(
            [
                "SSL_CERT_FILE",
                "REQUESTS_CA_BUNDLE",
                "CURL_CA_BUNDLE",
                "NODE_EXTRA_CA_CERTS",
                "AWS_CA_BUNDLE",
                "GIT_SSL_CAINFO",
            ],
            "/tmp/bundle.pem",  # noqa: S108  as above
        ),
    }


def test_without_authorities():
    """What programs trust is left alone then."""
    assert not any("CERT" in name or "CA" in name for name in proxy_variables(URL, None))


def test_the_environment_is_restored(monkeypatch: pytest.MonkeyPatch):
    """What was there is there again, what was not is not, whatever happened meanwhile."""
    monkeypatch.setenv("AIOINTERCEPT_OLD", "old")
    monkeypatch.delenv("AIOINTERCEPT_NEW", raising=False)
    before = dict(os.environ)
    new = {"AIOINTERCEPT_OLD": "new", "AIOINTERCEPT_NEW": "new"}
    with pytest.raises(LookupError), changed_environment(new):
        assert {name: os.environ[name] for name in new} == new
        del os.environ["AIOINTERCEPT_NEW"]
        raise LookupError
    assert dict(os.environ) == before


def test_one_at_a_time():
    """Two would restore each other's; the second is told what to do instead."""
    with changed_environment({"AIOINTERCEPT_NEW": "1"}):
        with (
            pytest.raises(RuntimeError, match="proxied.*is already active.*proxy_environment"),
            changed_environment({"AIOINTERCEPT_NEW": "2"}),
        ):
            pass
        assert os.environ["AIOINTERCEPT_NEW"] == "1"
    assert "AIOINTERCEPT_NEW" not in os.environ
    with changed_environment({"AIOINTERCEPT_NEW": "3"}):
        assert os.environ["AIOINTERCEPT_NEW"] == "3"

import re

import pytest

from aiointercept.core.recording.redacting.sensitive_names import (
    is_plural,
    is_sensitive,
    is_sensitive_header,
    names_of,
)


@pytest.mark.parametrize(
    "name",
    [
        "token",
        "access_token",
        "accessToken",
        "accesstoken",
        "AccessToken",
        "X-Auth-Token",
        "id_token",
        "csrf_token",
        "secret",
        "client_secret",
        "clientSecret",
        "SECRET_VALUE",
        "aws_secret_access_key",
        "password",
        "PassWord",
        "userPassword",
        "new_password_2",
        "passwd",
        "pwd",
        "passphrase",
        "api_key",
        "apikey",
        "apiKey",
        "APIKey",
        "API-KEY",
        "X-Amz-Signature",
        "X-Amz-Credential",
        "X-Amz-Security-Token",
        "signature",
        "sig",
        "jwt",
        "auth",
        "authorization",
        "credentials",
        "private_key",
        "subscription-key",
        "session_id",
        "sessionId",
        "pin",
        "otp",
        "cvv",
        "token1",
        "xsrf-thing",
        "code_verifier",
        "client_assertion",
    ],
)
def test_secrets(name: str) -> None:
    """However they are written."""
    assert is_sensitive(name)


@pytest.mark.parametrize(
    "name",
    [
        "token_type",
        "total_tokens",
        "max_tokens",
        "secretary",
        "author",
        "authority",
        "key",
        "keys",
        "monkey",
        "user",
        "id",
        "name",
        "page",
        "compass",
        "pinned",
        "signature_algorithm",
        "session",
        "passing",
        "tokenizer",
        "cookies",
        "basic",
    ],
)
def test_harmless(name: str) -> None:
    """Names that only look like it."""
    assert not is_sensitive(name)


def test_plurals() -> None:
    """Several of them, where the values are texts."""
    assert is_plural("tokens")
    assert is_plural("oldPasswords")
    assert is_plural("api_keys")
    assert not is_plural("token")
    assert not is_plural("")


def test_headers() -> None:
    """Some of them are named so, and hold none."""
    for name in ("authorization", "proxy-authorization", "x-api-key", "private-token"):
        assert is_sensitive_header(name)
    for name in ("access-control-allow-credentials", "sec-websocket-key", "content-type", "etag"):
        assert not is_sensitive_header(name)


def test_names_of_users() -> None:
    """Case, dashes and underscores do not count; patterns are searched."""
    names = names_of(["X-Mine", re.compile("^private_")], "headers")
    assert "x_mine" in names
    assert "private_thing" in names
    assert "mine" not in names
    assert "x" in names_of("X", "query")
    for bad in (3, [3], [re.compile(b"x")]):
        with pytest.raises(TypeError, match="fields must be names"):
            names_of(bad, "fields")

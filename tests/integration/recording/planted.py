"""Secrets, and names that the defaults of redaction know, for tests that plant and search them."""

from typing import Any

from hypothesis import strategies as st

ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~+/= é\"'\\"
# A part that is found again however the rest of it is written.
secrets = st.text(ALPHABET, max_size=8).map(lambda extra: f"{extra}s3cr3t{extra}")
names = st.sampled_from(
    [
        "token",
        "access_token",
        "refreshToken",
        "client_secret",
        "password",
        "userPassword",
        "api_key",
        "apiKey",
        "X-Amz-Signature",
        "signature",
        "id_token",
        "secret",
        "auth",
        "pin",
    ]
)
header_names = st.sampled_from(
    [
        "Authorization",
        "X-Api-Key",
        "X-Auth-Token",
        "Proxy-Authorization",
        "X-Csrf-Token",
        "PRIVATE-TOKEN",
        "X-Vault-Token",
        "X-Hub-Signature",
    ]
)


def nested(inner: Any, depth: int) -> Any:
    """Return a JSON value with ``inner`` somewhere below."""
    for level in range(depth):
        inner = {"level": level, "items": [1, inner]} if level % 2 else [{"deep": inner}, None]
    return inner

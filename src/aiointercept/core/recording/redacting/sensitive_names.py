"""Which headers, parameters and fields hold secrets, judging by their names."""

import re
from functools import lru_cache
from typing import Any, Final, TypeAlias

from attrs import frozen

from aiointercept.core.type_guards import is_iterable, is_pattern

Name: TypeAlias = str | re.Pattern[str]

_CACHED: Final = 4096
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+")
# How a name ends: "access_token", "accessToken", "X-Auth-Token" and "accesstoken" all end so.
_ENDINGS: Final = (
    "accesskey",
    "apikey",
    "assertion",
    "authorization",
    "codeverifier",
    "credential",
    "credentials",
    "encryptionkey",
    "jwt",
    "passcode",
    "privatekey",
    "secret",
    "secretkey",
    "sessid",
    "sessionid",
    "sessionkey",
    "sharedkey",
    "signature",
    "signingkey",
    "subscriptionkey",
    "token",
)
# What a name contains.
_PARTS: Final = ("passphrase", "passwd", "password", "pwd")
# A word of a name.
_WORDS: Final = frozenset({"csrf", "secret", "xsrf"})
# The whole name.
_WHOLE: Final = frozenset({"auth", "bearer", "cvc", "cvv", "otp", "pass", "pin", "sid", "sig"})
# Plurals: a list of tokens holds secrets, a number of tokens does not.
_PLURALS: Final = frozenset({"apikeys", "passwords", "secrets", "signatures", "tokens"})
_SECRET_HEADERS: Final = frozenset({"authorization", "proxy-authorization", "authentication-info"})
_HARMLESS_HEADERS: Final = ("access-control-", "sec-websocket-", "sec-fetch-")


@lru_cache(maxsize=_CACHED)
def is_sensitive(name: str) -> bool:
    """Whether a parameter or field with this name holds a secret."""
    words = [word.lower() for word in _WORD.findall(name)]
    if words[-1:] == ["value"]:
        words.pop()
    joined = "".join(words)
    return (
        joined in _WHOLE
        or joined.endswith(_ENDINGS)
        or any(part in joined for part in _PARTS)
        or not _WORDS.isdisjoint(words)
    )


@lru_cache(maxsize=_CACHED)
def is_plural(name: str) -> bool:
    """Whether a field with this name holds several secrets, if its values are texts."""
    words = [word.lower() for word in _WORD.findall(name)]
    return words[-1:] != [] and (words[-1] in _PLURALS or "".join(words) in _PLURALS)


def is_sensitive_header(name: str) -> bool:
    """Whether a header with this name, in lower case, holds a secret."""
    if name.startswith(_HARMLESS_HEADERS):
        return False
    return name in _SECRET_HEADERS or is_sensitive(name)


def _normal(name: str) -> str:
    return name.lower().replace("_", "-")


@frozen
class NameSet:
    """Names that a user gave: texts that are compared without case, and patterns."""

    names: tuple[Name, ...] = ()

    def __contains__(self, name: str) -> bool:
        if not self.names:
            return False
        normal = _normal(name)
        return any(
            one == normal if isinstance(one, str) else one.search(name) is not None
            for one in self.names
        )


NO_NAMES: Final = NameSet()


def names_of(given: Any, argument: str) -> NameSet:
    """Return the names that a user gave.

    Raises:
        TypeError: naming ``argument``, if they are not names.
    """
    if isinstance(given, NameSet):
        return given
    given = [given] if isinstance(given, str) or is_pattern(given) else given
    names = list(given) if is_iterable(given) else [given]
    clean: list[Name] = []
    for name in names:
        if isinstance(name, str):
            clean.append(_normal(name))
        elif is_pattern(name) and isinstance(name.pattern, str):
            clean.append(name)
        else:
            msg = f"{argument} must be names, or compiled patterns for them, not {name!r}"
            raise TypeError(msg)
    return NameSet(tuple(clean))

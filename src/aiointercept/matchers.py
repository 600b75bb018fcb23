"""Matchers for requests: what ``match=`` and ``m.route()`` take.

They combine with ``&``, ``|`` and ``~``. A matcher of one's own is any object with
``match(request) -> MatchResult``; it is tested without a server::

    matcher.match(Request("POST", "https://h/x", body=b"{}"))

.. versionadded:: 0.1
"""

from aiointercept.core.body_matchers import body, form, json_body, multipart
from aiointercept.core.field_matchers import cookies, headers, query
from aiointercept.core.http import Request
from aiointercept.core.matchers import host, method, path, url, url_pattern, url_template
from aiointercept.core.matching import ABSENT, Matcher, MatchResult, Mismatch, predicate

__all__ = [
    "ABSENT",
    "MatchResult",
    "Matcher",
    "Mismatch",
    "Request",
    "body",
    "cookies",
    "form",
    "headers",
    "host",
    "json_body",
    "method",
    "multipart",
    "path",
    "predicate",
    "query",
    "url",
    "url_pattern",
    "url_template",
]

"""Matchers for requests: what ``match=`` and ``m.route()`` take.

They combine with ``&``, ``|`` and ``~``. A custom matcher is any object with
``match(request) -> MatchResult``; you can test it without a server::

    matcher.match(Request("POST", "https://h/x", body=b"{}"))

.. versionadded:: 1.0
"""

from aiointercept.core.http.messages import Request
from aiointercept.core.matching.bodies import body, form, json_body, multipart, part
from aiointercept.core.matching.combinators import predicate
from aiointercept.core.matching.fields import cookies, headers, query
from aiointercept.core.matching.graphql import graphql
from aiointercept.core.matching.results import ABSENT, Matcher, MatchResult, Mismatch
from aiointercept.core.matching.urls import host, method, path, url, url_pattern, url_template

__all__ = [
    "ABSENT",
    "MatchResult",
    "Matcher",
    "Mismatch",
    "Request",
    "body",
    "cookies",
    "form",
    "graphql",
    "headers",
    "host",
    "json_body",
    "method",
    "multipart",
    "part",
    "path",
    "predicate",
    "query",
    "url",
    "url_pattern",
    "url_template",
]

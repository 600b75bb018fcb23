"""The built-in matcher for GraphQL: the name of the operation, and its variables."""

from typing import Any

from attrs import evolve, frozen
from typing_extensions import override

from aiointercept.core.http.graphql import parse_graphql
from aiointercept.core.http.messages import Request
from aiointercept.core.matching.combinators import Combinable
from aiointercept.core.matching.comparing import agrees
from aiointercept.core.matching.json_diff import json_mismatches
from aiointercept.core.matching.results import ABSENT, MATCH, MatchResult, Mismatch, differs
from aiointercept.core.text import Unquoted, short
from aiointercept.core.type_guards import is_anything, is_mapping, is_pattern

# pytest leaves the frames of this module out of its tracebacks.
__tracebackhide__ = True


@frozen
class Graphql(Combinable):
    """GraphQL requests for this operation, with these variables."""

    operation: Any = None
    variables: Any = None

    @override
    def match(self, request: Request, /) -> MatchResult:
        try:
            found = parse_graphql(request)
        except (ValueError, LookupError, RecursionError) as error:
            why = short(Unquoted(error))
            return differs("body", Unquoted("a GraphQL request"), Unquoted(f"another one: {why}"))
        mismatches: list[Mismatch] = []
        if self.operation is not None and not agrees(self.operation, found.operation):
            name = ABSENT if found.operation is None else found.operation
            mismatches.append(Mismatch("graphql operation", self.operation, name))
        if self.variables is not None:
            mismatches += [
                evolve(one, part=f"graphql variables{one.part[1:]}")
                for one in json_mismatches(self.variables, found.variables)
            ]
        return MatchResult(mismatches) if mismatches else MATCH

    @override
    def verdict_by_head(self, request: Request) -> bool | None:
        return not self.match(request).mismatches if request.method == "GET" else None

    def __str__(self) -> str:
        given = {"operation": self.operation, "variables": self.variables}
        return f"graphql {short({name: one for name, one in given.items() if one is not None})}"


def graphql(operation: Any = None, variables: Any = None) -> Combinable:
    """Match GraphQL requests: a POST with JSON or a document, or a GET with parameters.

    Args:
        operation: the name of the operation, as ``operationName`` tells it or else as the document
            does: ``str``, a pattern or ``mock.ANY``; ``None`` for any operation.
        variables: by name; patterns and ``mock.ANY`` may stand anywhere in them, and there may be
            no others. ``None`` for any.

    Raises:
        TypeError: if an argument can't be what it is compared with.

    .. versionadded:: 1.1
    """
    if not (
        operation is None or isinstance(operation, str) or is_pattern(operation)
    ) and not is_anything(operation):
        msg = f"graphql(): operation must be a str or a pattern, not {operation!r}"
        raise TypeError(msg)
    if not (variables is None or is_mapping(variables)) and not is_anything(variables):
        msg = f"graphql(): variables must be a mapping, not {variables!r}"
        raise TypeError(msg)
    return Graphql(operation, variables)

"""GraphQL over HTTP: what a request asks for, as text and variables."""

import json
import re
from typing import Any, Final

from attrs import frozen

from aiointercept.core.http.messages import Request
from aiointercept.core.type_guards import is_mapping

_DOCUMENT: Final = "application/graphql"
# Comments, strings and block strings are skipped as a whole (GraphQL specification, section 2.1).
_TOKEN: Final = re.compile(
    r'#[^\n\r]*|"""(?:[^"\\]|\\"""|\\|"(?!""))*"""|"(?:[^"\\\n\r]|\\.)*"|@?[A-Za-z_]\w*|[{}()\[\]]'
)
_OPERATIONS: Final = frozenset({"query", "mutation", "subscription"})


@frozen
class GraphqlRequest:
    """What a GraphQL request asks for.

    Attributes:
        operation: the name of the operation, as given, else as read from the document; ``None`` if
            it has none.
        variables: by name; empty where there are none.
    """

    operation: str | None
    variables: Any


def parse_graphql(request: Request) -> GraphqlRequest:
    """Return what ``request`` asks for: a POST with JSON or a document, or a GET with parameters.

    Raises:
        ValueError: if it is not a GraphQL request; the message says why.
    """
    fields = _fields(request)
    document, name = fields.get("query"), fields.get("operationName")
    if not isinstance(document, str) and not isinstance(name, str):
        msg = "it has neither 'query' nor 'operationName'"
        raise ValueError(msg)  # noqa: TRY004  what was sent is wrong, not what was passed
    if not isinstance(name, str):
        names = operation_names(document) if isinstance(document, str) else []
        name = names[0] if len(names) == 1 else None
    return GraphqlRequest(name, fields.get("variables") or {})


def _fields(request: Request) -> dict[str, Any]:
    if request.method == "GET":
        fields: dict[str, Any] = {name: values[-1] for name, values in request.query.items()}
        if fields.get("variables"):
            fields["variables"] = json.loads(fields["variables"])
        return fields
    if request.content_type == _DOCUMENT:
        return {"query": request.text()}
    found = request.json()
    if not is_mapping(found):
        msg = "its JSON is not an object"
        raise ValueError(msg)
    return dict(found)


def operation_names(document: str) -> list[str | None]:
    """Return the names of the operations in a document, in order; ``None`` for one without."""
    names: list[str | None] = []
    depth = 0
    before: str | None = None  # the word before, outside of all brackets
    for found in _TOKEN.finditer(document):
        word = found[0]
        if word[0] in '#"':
            continue
        if depth == 0 and before in _OPERATIONS:
            names.append(word if word.isidentifier() else None)
        elif depth == 0 and before is None and word == "{":
            names.append(None)
        if depth == 0:
            before = word if before is None else "within a definition"
        if word in "{([":
            depth += 1
        elif word in "})]":
            depth -= 1
            if depth == 0 and word == "}":
                before = None
    return names

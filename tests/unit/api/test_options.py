import re
from typing import Any

import pytest

from aiointercept.api.callback import CallbackResult
from aiointercept.api.options import Options, build_route
from aiointercept.core.http.messages import Request, Response
from aiointercept.core.matching.bodies import body
from aiointercept.core.matching.fields import query
from aiointercept.core.matching.urls import Url
from aiointercept.core.routing.faults import Fault
from aiointercept.core.routing.replies import (
    CallbackReply,
    DisconnectReply,
    FaultReply,
    RaiseReply,
    Stream,
)
from aiointercept.core.routing.routes import Route

TARGET = Url("https://h.test/")


def build(method: Any = "GET", *, own: Any = False, condition: Any = None, **options: Any) -> Route:
    """Return the route that these options make."""
    return build_route(TARGET, method, Options(**options), own=own, condition=condition)


def callback(url: Any, **kwargs: Any):
    """Answer."""
    return CallbackResult()


def test_the_defaults():
    """One empty answer, at once, that a strict mock wants to see used."""
    route = build()
    assert isinstance(route.reply, Response)
    assert (route.method, route.target, route.condition) == ("GET", TARGET, None)
    assert (route.limit, route.delay, route.optional, route.name) == (1, 0.0, False, None)


def test_the_line_of_the_registration():
    """The nearest line outside of the package."""
    route = build()
    assert re.fullmatch(r".*test_options\.py:\d+", route.declared_at)


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({}, Response),
        ({"json": [1]}, Response),
        ({"body": lambda: None}, Stream),
        ({"callback": callback}, CallbackReply),
        ({"exception": True}, DisconnectReply),
        ({"raises": LookupError}, RaiseReply),
        ({"raises": LookupError("x")}, RaiseReply),
        ({"raises": KeyboardInterrupt}, RaiseReply),
        ({"fault": Fault.HANG}, FaultReply),
        ({"fault": Fault.DNS_FAILURE}, FaultReply),
        ({"fault": Fault.TRUNCATED_BODY, "body": "x", "status": 206}, FaultReply),
        ({"reply": DisconnectReply()}, DisconnectReply),
        ({"exception": False, "callback": None, "raises": None, "fault": None}, Response),
    ],
)
def test_kinds_of_replies(options: Any, kind: Any):
    """One option decides what kind of answer there is."""
    assert isinstance(build(**options).reply, kind)


@pytest.mark.parametrize(
    ("repeat", "limit"), [(False, 1), (0, 1), (1, 1), (2, 2), (10**6, 10**6), (True, None)]
)
def test_repeat(repeat: Any, limit: Any):
    """Once, so many times, or for ever."""
    assert build(repeat=repeat).limit == limit


@pytest.mark.parametrize(
    ("method", "cleaned"),
    [("get", "GET"), ("PURGE", "PURGE"), ("*", "*"), ("M-SEARCH", "M-SEARCH")],
)
def test_methods(method: Any, cleaned: Any):
    """Any name, kept in upper case."""
    assert build(method).method == cleaned


@pytest.mark.parametrize(("delay", "seconds"), [(0, 0.0), (1, 1.0), (0.25, 0.25)])
def test_delays(delay: Any, seconds: Any):
    """A number of seconds."""
    assert build(delay=delay).delay == seconds


def test_match_takes_one_matcher_or_several_or_functions():
    """All of them must hold, besides that of `m.route`."""
    yes, no = Request("GET", "https://h.test/?a=1", body=b"x"), Request("GET", "https://h.test/")
    for match in (
        query({"a": "1"}),
        [query({"a": "1"})],
        (query({"a": "1"}), body(b"x")),
        lambda request: request.body == b"x",
        iter([lambda request: True, query({"a": "1"})]),
    ):
        route = build(match=match)
        assert route.check_condition(yes)
        assert not route.check_condition(no)
    route = build(match=query({"a": "1"}), condition=body(b"y"))
    assert not route.check_condition(yes)


def test_other_options_are_kept():
    """As they were given."""
    route = build(optional=True, name="the route")
    assert (route.optional, route.name) == (True, "the route")


async def generator():
    """Yield a body."""
    yield b""


@pytest.mark.parametrize("repeat", [2, True])
def test_a_one_shot_body_for_more_than_one_request(repeat: Any):
    """It would be empty from the second on."""
    with pytest.raises(ValueError, match="body is an async iterator.*body=make_chunks"):
        build(body=generator(), repeat=repeat)
    assert isinstance(build(body=generator).reply, Stream)


@pytest.mark.parametrize(
    ("options", "first", "second"),
    [
        ({"callback": callback, "fault": Fault.HANG}, "callback", "fault"),
        ({"callback": callback, "raises": LookupError}, "callback", "raises"),
        ({"exception": True, "fault": Fault.HANG}, "exception", "fault"),
        ({"exception": True, "raises": LookupError}, "exception", "raises"),
        ({"exception": LookupError, "raises": LookupError}, "exception", "raises"),
        ({"fault": Fault.HANG, "raises": LookupError}, "fault", "raises"),
        ({"reply": DisconnectReply(), "callback": callback}, "callback", "reply"),
        ({"fault": Fault.HANG, "json": {}}, "fault", "json"),
    ],
)
def test_contradictions(options: Any, first: Any, second: Any):
    """The message names both options."""
    with pytest.raises(ValueError, match=f"{first} and {second} contradict each other"):
        build(**options)


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"callback": callback, "exception": True, "status": 500, "body": "x"}, DisconnectReply),
        ({"exception": True, "status": 404, "json": {}}, DisconnectReply),
        ({"raises": LookupError, "body": "x", "headers": {"A": "1"}}, RaiseReply),
        ({"callback": callback, "status": 404, "body": "x", "reason": "y"}, CallbackReply),
        ({"callback": None, "exception": None, "status": 404, "body": "x"}, Response),
    ],
)
def test_shared_helpers_pass_all_options(options: Any, kind: Any):
    """Those of a response beside what is answered instead of one; a callback beside exception."""
    assert isinstance(build(**options).reply, kind)


@pytest.mark.parametrize(
    "same", [{"status": 200}, {"body": b""}, {"headers": None}, {"json": None}]
)
def test_a_default_that_is_spelt_out_is_no_contradiction(same: Any):
    """It says nothing new."""
    assert isinstance(build(callback=callback, **same).reply, CallbackReply)


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"method": 3}, TypeError, "method must be a str such as 'GET', or '\\*' for any, not 3"),
        ({"method": ""}, ValueError, "method must be a name such as 'GET'"),
        ({"method": "GE T"}, ValueError, "method must be a name such as 'GET'.*not 'GE T'"),
        ({"method": " GET"}, ValueError, "method must be a name"),
        ({"method": "GÉT"}, ValueError, "method must be a name"),
        (
            {"repeat": 1.5},
            TypeError,
            "repeat must be True .*, False .* or a number of times, not 1.5",
        ),
        ({"repeat": "3"}, TypeError, "repeat must be True"),
        ({"repeat": None}, TypeError, "repeat must be True"),
        ({"repeat": -1}, ValueError, "repeat must not be negative: -1; True means unlimited"),
        ({"delay": "1"}, TypeError, "delay must be a number of seconds, not '1'"),
        ({"delay": True}, TypeError, "delay must be a number of seconds, not True"),
        ({"delay": None}, TypeError, "delay must be a number of seconds, not None"),
        ({"delay": -0.1}, ValueError, "delay must be a number of seconds from 0 on, not -0.1"),
        ({"delay": float("nan")}, ValueError, "delay must be a number of seconds from 0 on"),
        ({"delay": float("inf")}, ValueError, "delay must be a number of seconds from 0 on"),
        ({"callback": 3}, TypeError, "callback must be a function, not 3"),
        ({"callback": CallbackResult()}, TypeError, "callback must be a function, not CallbackRes"),
        (
            {"callback": lambda url, json: json},
            TypeError,
            r"an unexpected keyword argument 'headers': write it as def answer\(url, \*\*kwargs\)",
        ),
        ({"raises": 3}, TypeError, "raises must be an exception, class or instance, not 3"),
        ({"raises": dict}, TypeError, "raises must be an exception"),
        ({"raises": StopIteration}, TypeError, "StopIteration cannot leave a coroutine"),
        ({"raises": StopIteration()}, TypeError, "StopIteration cannot leave a coroutine"),
        ({"raises": GeneratorExit}, TypeError, "GeneratorExit cannot leave a coroutine"),
        ({"raises": UnicodeDecodeError}, TypeError, "needs arguments .*; give an instance"),
        ({"fault": "hang"}, TypeError, "fault must be one of Fault.DNS_FAILURE, .* not 'hang'"),
        ({"name": 3}, TypeError, "name must be a str, not 3"),
        ({"match": 3}, TypeError, "match: 3 is not a matcher"),
        ({"match": [3]}, TypeError, "match: 3 is not a matcher"),
        ({"match": re.compile("x")}, TypeError, "match: .*url_pattern"),
        ({"match": dict}, TypeError, "match: dict is a class"),
        ({"match": []}, ValueError, "match is empty: leave it out"),
        ({"status": "x"}, TypeError, "status must be an int"),
        ({"body": {}}, TypeError, "body must be bytes"),
        ({"json": object()}, TypeError, "json cannot be serialised"),
    ],
)
def test_bad_values(options: Any, kind: Any, message: Any):
    """The message names the argument and what is allowed; nothing fails in the server later."""
    with pytest.raises(kind, match=message) as caught:
        build(**options)
    assert caught.type is kind


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"raises": LookupError}, "raises needs an intercepted client"),
        *(
            ({"fault": fault}, "happens before there is a connection.*mock_external_urls=True")
            for fault in Fault
            if fault.before_connection
        ),
    ],
)
def test_what_needs_an_intercepted_client(options: Any, message: Any):
    """At the mock's own URL there is none."""
    with pytest.raises(ValueError, match=message):
        build(own=True, **options)
    build(own=False, **options)


@pytest.mark.parametrize("fault", [fault for fault in Fault if not fault.before_connection])
def test_what_a_server_can_do_itself(fault: Any):
    """Faults on a connection need no interception."""
    assert isinstance(build(own=True, fault=fault).reply, FaultReply)


@pytest.mark.parametrize("exception", [LookupError, LookupError("x"), "yes", 1])
def test_an_exception_that_is_not_true_is_warned_of(
    exception: Any, caplog: pytest.LogCaptureFixture
):
    """The warning points to `raises=`, and to the line of the registration."""
    build(exception=exception)
    (message,) = caplog.messages
    assert message.startswith(f"exception={exception!r}: the client gets")
    assert "raises=" in message
    assert "test_options.py:" in message
    build(exception=True)
    assert len(caplog.messages) == 1

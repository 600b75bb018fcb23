"""No secret is in a cassette, in the files beside it, or in what is said: planted and searched."""

import asyncio
import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from planted import header_names, names, nested, secrets
from yarl import URL

from aiointercept import aiointercept
from aiointercept.core.recording.redacting.redaction import Redaction


@st.composite
def exchanges(draw: st.DrawFn) -> dict[str, Any]:
    """Make an exchange with secrets in all places that the defaults cover."""
    secret, name = draw(secrets), draw(names)
    value = draw(st.sampled_from([secret, [secret], {"a": secret}]))
    body = nested({name: value, "harmless": "yes"}, draw(st.integers(0, 5)))
    kind = draw(st.sampled_from(["json", "form", "multipart", "events", "lines", "cut", "nested"]))
    return {
        "secret": secret,
        "name": name,
        "header": draw(header_names),
        "body": body,
        "kind": kind,
        "large": draw(st.booleans()),
        "compressed": draw(st.booleans()),
    }


def sent(case: dict[str, Any]) -> dict[str, Any]:
    """Return what the client is given."""
    secret, name = case["secret"], case["name"]
    if case["kind"] == "form":
        return {"data": {name: secret, "other": "yes"}}
    if case["kind"] == "multipart":
        data = aiohttp.FormData()
        data.add_field(name, secret)
        data.add_field("meta", json.dumps(case["body"]), content_type="application/json")
        return {"data": data}
    return {"json": case["body"]}


def answered(case: dict[str, Any]) -> tuple[bytes, str]:
    """Return the body of the answer, and its type."""
    text = json.dumps(case["body"])
    padding = "x" * 70_000 if case["large"] else ""
    if case["kind"] == "events":
        return f"data: {text}\n\ndata: {padding}\n\n".encode(), "text/event-stream"
    if case["kind"] == "lines":
        return f"{text}\n{json.dumps(padding)}\n{text}".encode(), "application/x-ndjson"
    if case["kind"] == "cut":
        return f'{{"padding": "{padding}", "a": {text}, "b'.encode(), "application/json"
    if case["kind"] == "nested":
        return json.dumps({"a": text, "padding": padding}).encode(), "application/json"
    return json.dumps([case["body"], padding]).encode(), "application/json"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases=st.lists(exchanges(), min_size=1, max_size=3), suffix=st.sampled_from(["har", "yaml"]))
def test_planted_secrets(tmp_path_factory: Any, cases: list[dict[str, Any]], suffix: str) -> None:
    """Secrets in headers, cookies, queries, forms, JSON, user info and ``Location`` are masked."""
    file: Path = tmp_path_factory.mktemp("planted") / f"a.{suffix}"

    async def main() -> None:
        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            case = cases[int(request.path.strip("/"))]
            body, content_type = answered(case)
            await request.read()
            secret = quote(case["secret"], safe="")
            response = web.Response(body=body, headers={"Content-Type": content_type})
            response.headers["Set-Cookie"] = f"session={secret}; Path=/"
            response.headers["Location"] = f"https://u:{secret}@h.test/?{case['name']}={secret}"
            response.headers["Link"] = f"<https://h.test/?{case['name']}={secret}>; rel=next"
            if case["compressed"]:
                response.enable_compression(web.ContentCoding.gzip)
            return response

        runner = web.ServerRunner(web.Server(answer), handle_signals=False, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            async with aiohttp.ClientSession() as client:
                async with aiointercept(cassette=file, record="once"):
                    for number, case in enumerate(cases):
                        secret = quote(case["secret"], safe="")
                        url = f"http://127.0.0.1:{runner.addresses[0][1]}/{number}"
                        async with client.post(
                            URL(f"{url}?{case['name']}={secret}&page=1", encoded=True),
                            headers={
                                case["header"]: secret,
                                "Cookie": f"a={secret}; b=1",
                                "Referer": f"http://u:{secret}@h.test/",
                            },
                            **sent(case),
                        ) as response:
                            assert (await response.read()) == answered(case)[0]
                # All of it can be asked for again, with other secrets.
                async with aiointercept(cassette=file, strict=True):
                    for number, case in enumerate(cases):
                        url = f"http://127.0.0.1:{runner.addresses[0][1]}/{number}"
                        async with client.post(f"{url}?page=1&{case['name']}=other") as response:
                            assert "s3cr3t" not in await response.text()
        finally:
            await runner.cleanup()

    asyncio.run(main())
    for path in file.parent.iterdir():
        assert b"s3cr3t" not in path.read_bytes(), path.name


async def test_replace_and_also(server: Any, client: aiohttp.ClientSession, file: Path) -> None:
    """Secrets elsewhere are the business of ``replace`` and of a function."""
    from attrs import evolve  # noqa: PLC0415  for this alone

    def also(message: Any) -> Any:
        if hasattr(message, "url"):
            return evolve(message, url=message.url.with_path("/users/0"))
        return evolve(message, body=message.body.replace(b"Ada", b"Bob"))

    redact = Redaction(replace={"s3cr3t/é": "public"}, also=also)
    async with aiointercept(cassette=file, record="once", redact=redact):
        async with client.post(
            server.url("/users/17?q=s3cr3t/é"),
            data="Ada says s3cr3t/é",
            headers={"X-A": "s3cr3t/%C3%A9"},
        ) as response:
            assert await response.text() == "Ada says s3cr3t/é"
    text = file.read_text("utf-8")
    assert "s3cr3t" not in text
    assert "17" not in json.dumps(text.split("/users/")[1][:3])
    async with aiointercept(cassette=file, redact=redact):
        async with client.post(server.url("/users/99?q=public")) as response:
            assert await response.text() == "Bob says public"


async def test_large_bodies_of_any_kind_are_searched(
    server: Any, client: aiohttp.ClientSession, tmp_path: Path
) -> None:
    """What ``replace`` names is found in bodies that are in temporary files, and are not text."""
    body = b"\x00\xff" * 600_000 + b"s3cr3t" + b"\x00" * 10
    for redact, found in ((Redaction(), True), (Redaction(replace=["s3cr3t"]), False)):
        file = tmp_path / f"{found}" / "a.har"
        async with aiointercept(cassette=file, record="once", redact=redact):
            async with client.post(server.url("/echo"), data=io.BytesIO(body)) as response:
                assert await response.read() == body
        written = b"".join(path.read_bytes() for path in file.parent.iterdir())
        assert (b"s3cr3t" in written) is found


@pytest.mark.parametrize("redact", [False, None])
async def test_websocket_messages(
    server: Any, client: aiohttp.ClientSession, file: Path, redact: Any
) -> None:
    """Messages of a WebSocket are searched too, unless nothing is to be masked."""
    async with aiointercept(cassette=file, record="once", redact=redact):
        async with client.ws_connect(server.url("/chat?token=s3cr3t")) as ws:
            await ws.receive_str()
            await ws.send_json({"token": "s3cr3t"})
            await ws.receive_str()
            await ws.send_str("quit")
            await ws.receive()
    assert ("s3cr3t" in file.read_text("utf-8")) is (redact is False)

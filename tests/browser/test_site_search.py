"""The search of the documentation site, as its readers use it: the page that answers comes first.

It needs the built site, at the path that the environment variable ``SITE`` names; `.ci/run` builds
it first.
"""

import os
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

if "SITE" not in os.environ:
    pytest.skip("needs the built site: SITE=build/docs", allow_module_level=True)

# By page, what those people type whose question the page answers.
QUESTIONS: Final = {
    "start.html": [
        "getting started",
        "install",
        "asyncio_mode",
        "server mode",
        "unittest",
        "without pytest-asyncio",
    ],
    "cookbook/sent.html": ["check header", "assert header", "last_request"],
    "cookbook/paging.html": [
        "pagination",
        "next page",
        "link header",
        "polling",
        "poll until done",
    ],
    "cookbook/retries.html": [
        "retry without sleeping",
        "backoff",
        "rate limit",
        "429",
        "Retry-After",
        "timeout",
    ],
    "cookbook/authentication.html": ["OAuth refresh", "refresh token", "401", "bearer token"],
    "cookbook/transfers.html": [
        "resumed download",
        "resume download",
        "Range",
        "multipart upload",
        "upload file",
    ],
    "cookbook/live.html": [
        "SSE reconnect",
        "EventSource",
        "WebSocket dropped midway",
        "websocket disconnect",
        "background task",
    ],
    "cookbook/graphql.html": ["GraphQL", "graphql mutation"],
    "cookbook/home-assistant.html": ["Home Assistant", "hass", "pytest-socket", "disable_socket"],
    "cookbook/fastapi.html": ["FastAPI TestClient", "TestClient", "starlette"],
    "cookbook/suites.html": [
        "defaults that a test overrides",
        "default response",
        "override",
        "custom matcher",
        "one-off custom matcher",
        "base url",
    ],
    "applications.html": ["mount", "fake service", "flask", "asgi"],
    "certificates.html": ["TLS", "client certificate", "mTLS"],
    "faq.html": ["freezegun", "xdist", "null"],
    "faults.html": ["fault", "connection reset", "dns", "network error"],
    "matchers.html": ["regex", "match body", "match json", "query parameters"],
    "migrating.html": ["aioresponses", "migrate", "respx", "pytest-httpx", "pytest-httpserver"],
    "other-clients.html": ["httpx", "requests", "curl", "proxy", "subprocess"],
    "performance.html": ["performance", "slow", "benchmark"],
    "pytest.html": ["fixture", "marker"],
    "recording.html": ["record", "cassette", "VCR", "HAR", "redact"],
    "reference/errors.html": ["UnmetExpectationsError", "CassetteError"],
    "reference/log.html": ["assert_called_once_with", "wait_for_calls"],
    "streaming.html": ["SSE", "websocket", "streaming"],
    "switching.html": ["upgrade", "1.0.0"],
    "traffic.html": ["traffic", "html report"],
    "troubleshooting.html": [
        "REDACTED",
        "no route matches",
        "Server disconnected",
        "Cannot connect to host",
    ],
}


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and prints nothing."""

    def log_message(self, *_args: Any) -> None:
        """Print nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Serve the site, and give its URL."""
    folder = os.environ["SITE"]
    assert Path(folder, "search.html").is_file()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def found(driver: webdriver.Chrome, site: str, words: str) -> list[str]:
    """Return the pages that a search for these words finds, the best ones first."""
    driver.get(f"{site}search.html?{urlencode({'q': words})}")
    summary = (By.CSS_SELECTOR, "#search-results p.search-summary")
    WebDriverWait(driver, 20, 0.02).until(lambda _: "earch" in driver.find_element(*summary).text)
    links = driver.find_elements(By.CSS_SELECTOR, "#search-results ul.search > li > a")
    paths = [urlsplit(link.get_attribute("href") or "").path.lstrip("/") for link in links]
    return list(dict.fromkeys(paths))


@pytest.mark.parametrize(
    ("page", "words"),
    [pytest.param(page, words, id=words) for page, all_ in QUESTIONS.items() for words in all_],
)
def test_question(driver: webdriver.Chrome, site: str, page: str, words: str) -> None:
    """The page is among the first three."""
    pages = found(driver, site, words)
    assert page in pages[:3], f"{words!r} finds {pages[:6]}"


def test_nothing_is_found_by_accident(driver: webdriver.Chrome, site: str) -> None:
    """A word that no page has finds none."""
    assert found(driver, site, "zyzzyva") == []

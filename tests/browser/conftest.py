"""A browser without a window, and the page that it looks at; skipped where there is no browser."""

import base64
import json
import shutil
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from attrs import frozen
from selenium import webdriver
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from aiointercept.report.page import render_page

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1440,900",
)

API = "https://api.shop.test"
PAGES = "tests/test_billing.py::TestInvoices::test_lists_all_pages"
PAYS = "tests/test_billing.py::TestInvoices::test_pays_once"
STOCK = "tests/test_stock.py::test_survives[reset]"
CHAT = "tests/test_chat.py::test_talks"
HOSTILE = "</script><script>window.ran = 1</script><img src=x onerror='window.ran = 1'>"


@frozen
class Page:
    """What a person does with the page."""

    driver: webdriver.Chrome

    def all(self, selector: str) -> list[WebElement]:
        """All."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        """One."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def press(self, *keys: str) -> None:
        """Press."""
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def search(self, text: str) -> None:
        """Search."""
        field = self.one("#search")
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(text or Keys.DELETE)

    def click(self, selector: str) -> None:
        """Click."""
        self.one(selector).click()

    def count(self) -> str:
        """Count."""
        return self.one("#count").text

    def wait_for_count(self, text: str) -> None:
        """Wait for count."""
        try:
            self.wait(lambda: self.count() == text)
        except TimeoutException:
            assert self.count() == text

    def wait(self, holds: Callable[[], Any]) -> Any:
        """Wait."""
        return WebDriverWait(self.driver, 20, 0.02).until(lambda _: holds())

    def urls(self) -> list[str]:
        """Urls."""
        return [element.text for element in self.all(".row .url")]

    def open(self, index: int) -> WebElement:
        """Open."""
        self.click(f"#e{index}")
        return self.one(f"#d{index}")

    def focused(self) -> str:
        """Focused."""
        return self.driver.switch_to.active_element.get_attribute("id") or ""

    def run(self, script: str) -> Any:
        """Run."""
        return self.driver.execute_script(script)


@pytest.fixture(scope="session")
def driver(tmp_path_factory) -> Iterator[webdriver.Chrome]:
    """Driver."""
    browser, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if not browser or not chromedriver:
        pytest.skip("needs Debian's packages chromium and chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in FLAGS:
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('browser')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(chromedriver))
    yield driver
    driver.quit()


@pytest.fixture
def show(driver, tmp_path) -> Iterator[Callable[..., Page]]:
    """Show a HAR in the browser; at the end its console must be empty."""

    def show(har: dict[str, Any], fragment: str = "") -> Page:
        file = tmp_path / "traffic.html"
        file.write_text(render_page(har), encoding="utf-8")
        driver.get(file.as_uri() + fragment)
        return Page(driver)

    driver.get("about:blank")
    driver.get_log("browser")
    yield show
    assert driver.get_log("browser") == []


@pytest.fixture
def page(show) -> Page:
    """Page."""
    return show(shop())


def shop() -> dict[str, Any]:
    """Return what a small suite of tests asked: of everything one."""
    entries = [
        entry(f"{API}/invoices?page=1", PAGES, body=json.dumps({"id": 1, "name": "Zoë"})),
        entry(
            f"{API}/invoices?page=2",
            PAGES,
            body='{"id": 12345678901234567890, "total": 1.50}',
            headers=[("X-Hostile", HOSTILE)],
        ),
        entry(f"{API}/gone", PAGES, status=404, body=HOSTILE, mime="text/html"),
        entry(
            f"{API}/invoices/7/payments",
            PAYS,
            method="POST",
            status=0,
            outcome="unmatched",
            near_misses=[
                {
                    "route": f"POST {API}/invoices/7/payment",
                    "declared_at": "tests/test_billing.py:58",
                    "differences": [
                        {
                            "part": "path",
                            "expected": "/invoices/7/payment",
                            "actual": "/invoices/7/payments",
                        },
                        {"part": "headers['Key']", "expected": "abc", "actual": "<absent>"},
                    ],
                },
                {"route": "GET /spent", "declared_at": "tests/conftest.py:3", "differences": []},
            ],
        ),
        entry(
            "http://stock.test:8080/9",
            STOCK,
            status=0,
            outcome="fault",
            fault="CONNECTION_RESET",
            attempts=2,
        ),
        entry("https://metrics.test/ping", STOCK, status=204, outcome="passthrough", body=""),
        entry(
            "https://cdn.test/zoe.png",
            STOCK,
            body=base64.b64encode(picture()).decode(),
            mime="image/png",
            encoding="base64",
        ),
        entry(
            "https://cdn.test/zoe.svg",
            STOCK,
            body=(
                '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20">'
                "<script>window.ran = 1</script></svg>"
            ),
            mime="image/svg+xml",
        ),
        entry("wss://chat.test/room", CHAT, status=101, body="", mime=""),
    ]
    entries[-1]["_webSocketMessages"] = [
        {"type": "send", "time": 1.0, "opcode": 1, "data": "hello"},
        {"type": "receive", "time": 1.25, "opcode": 2, "data": base64.b64encode(b"\0\1").decode()},
    ]
    for at, one in enumerate(entries):
        one["startedDateTime"] = f"2026-11-25T05:00:00.{at * 3:03}500Z"
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "aiointercept", "version": "1.1.0"},
            "entries": entries,
            "_aiointercept": {
                "tests": [
                    {"test": PAGES, "outcome": "passed"},
                    {"test": PAYS, "outcome": "failed"},
                ],
                "unused_routes": [
                    {
                        "test": PAYS,
                        "route": f"POST {API}/invoices/7/payment",
                        "declared_at": "tests/test_billing.py:58",
                    }
                ],
            },
        }
    }


def entry(  # noqa: PLR0913  each is something that the page shows
    url,
    test,
    *,
    method="GET",
    status=200,
    outcome="matched",
    body=None,
    mime="application/json",
    encoding=None,
    headers=(),
    **ours,
) -> dict[str, Any]:
    """Entry."""
    content = {"size": len(body or ""), "mimeType": mime}
    if body is not None:
        content["text"] = body
    if encoding:
        content["encoding"] = encoding
    return {
        "startedDateTime": "2026-11-25T05:00:00Z",
        "time": 2.5,
        "request": {
            "method": method,
            "url": url,
            "httpVersion": "HTTP/1.1",
            "headers": [{"name": "Accept", "value": "*/*"}],
        },
        "response": {
            "status": status,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "headers": [{"name": name, "value": value} for name, value in headers],
            "content": content,
        },
        "timings": {"send": 0, "wait": 2, "receive": 0.5},
        "_aiointercept": {
            "test": test,
            "mock": 1,
            "route": f"{method} {url}" if outcome == "matched" else None,
            "declared_at": "tests/test_billing.py:41",
            "outcome": outcome,
            "fault": None,
            "attempts": 1,
            "near_misses": [],
            **ours,
        },
    }


def picture(width=30, height=20) -> bytes:
    """Return a PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x10\x80\xc0" * width) * height)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


@pytest.fixture
def shop_of() -> Callable[[int], dict[str, Any]]:
    """Make a HAR of any size, in tests of seven exchanges each."""

    def make(count: int) -> dict[str, Any]:
        entries = [
            entry(f"{API}/item/{at}", f"tests/test_{at // 700}.py::test_{at // 7}", body="{}")
            for at in range(count)
        ]
        return {"log": {"entries": entries, "_aiointercept": {"tests": [], "unused_routes": []}}}

    return make

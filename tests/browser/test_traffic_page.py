"""The traffic page in a real browser, as a person uses it."""

import base64
import json

import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select


def test_exchanges_are_listed_by_test_in_order(page):
    """Exchanges are listed by test in order."""
    assert [head.text.split("\n")[0] for head in page.all(".fold .name")] == [
        "tests/test_billing.py \u203a TestInvoices::test_lists_all_pages",
        "tests/test_billing.py \u203a TestInvoices::test_pays_once",
        "tests/test_stock.py \u203a test_survives[reset]",
        "tests/test_chat.py \u203a test_talks",
    ]
    assert page.urls()[:3] == [
        "https://api.shop.test/invoices?page=1",
        "https://api.shop.test/invoices?page=2",
        "https://api.shop.test/gone",
    ]
    statuses = [status.text for status in page.all(".row .status")]
    assert statuses == ["200", "200", "404", "no route", "fault", "204", "200", "200", "101"]
    assert page.one(".result").text == "failed"
    assert page.one("#summary").text.startswith("9 exchanges in 4 tests · 2026-11-25 05:00:00")


def test_the_waterfall_shows_when_each_began(page):
    """The waterfall shows when each began."""
    lefts = [bar.rect["x"] for bar in page.all("section:first-child .bar")]
    assert len(lefts) == 3
    assert lefts == sorted(lefts)
    assert lefts[0] < lefts[1] < lefts[2]


def test_a_clock_that_a_test_moved_makes_no_duration(show, shop_of):
    """And the page is as old as the run, where the HAR says when that began."""
    har = shop_of(2)
    har["log"]["_aiointercept"]["started"] = "2026-11-25T06:00:00.000Z"
    har["log"]["entries"][0]["startedDateTime"] = "2020-01-01T00:00:00Z"
    page = show(har)
    assert page.one(".fold .note").text == "2 exchanges"
    assert "2026-11-25 06:00:00" in page.one("#summary").text


def test_an_absent_body_says_what_is_known(show, shop_of):
    """A body that was empty is no body; one that only passed by was not seen."""
    har = shop_of(3)
    for entry, size in zip(har["log"]["entries"], (0, -1, None), strict=True):
        del entry["response"]["content"]["text"]
        if size is not None:
            entry["response"]["bodySize"] = size
    page = show(har)
    said = [page.open(index).text.rpartition("Body\n")[2] for index in range(3)]
    assert said == ["No body", "The body was not seen", "No body, or none was seen"]


def test_a_simulated_exception_is_marked(show, shop_of):
    """As a fault is, with what was raised."""
    har = shop_of(1)
    (entry,) = har["log"]["entries"]
    entry["_aiointercept"]["outcome"] = "fault"
    entry["response"] = {"status": 0, "_failureText": "TimeoutError: late"}
    page = show(har)
    assert [status.text for status in page.all(".row .status")] == ["fault"]
    assert [tag.text for tag in page.all(".row .tag.fault")] == ["TimeoutError: late"]


def test_search_looks_into_bodies_and_headers(page):
    """Search looks into bodies and headers."""
    page.search("12345678901234567890")
    page.wait_for_count("1 of 9 exchanges")
    assert page.urls() == ["https://api.shop.test/invoices?page=2"]
    page.search("x-hostile page=2 -gone")
    page.wait_for_count("1 of 9 exchanges")
    page.search("/invoices")
    page.wait_for_count("3 of 9 exchanges, 1 unused route")
    assert page.one(".url mark").text == "/invoices"
    page.search("nowhere to be found")
    page.wait_for_count("0 of 9 exchanges")
    assert page.one("#list").text == "Nothing matches these filters."
    page.click("#reset")
    page.wait_for_count("9 exchanges")


def test_filters_by_host_status_outcome_and_test(page):
    """Filters by host status outcome and test."""
    Select(page.one("#host")).select_by_value("cdn.test")
    page.wait_for_count("2 of 9 exchanges")
    Select(page.one("#host")).select_by_value("")
    Select(page.one("#status")).select_by_value("4xx")
    assert page.urls() == ["https://api.shop.test/gone"]
    Select(page.one("#status")).select_by_value("none")
    page.wait_for_count("2 of 9 exchanges")
    Select(page.one("#status")).select_by_value("")
    page.click(".chip.fault")
    page.click(".chip.unmatched")
    assert [tag.text for tag in page.all(".row .status")] == ["no route", "fault"]
    page.click(".chip.fault")
    page.click(".chip.unmatched")
    page.click(".chip.unused")
    assert page.all(".row") == []
    assert "POST https://api.shop.test/invoices/7/payment" in page.one("li.unused").text
    assert "tests/test_billing.py:58" in page.one("li.unused").text
    page.click("#reset")
    page.click("#tests button[value*='test_talks']")
    assert page.urls() == ["wss://chat.test/room"]


def test_the_address_remembers_what_is_shown(page):
    """The address remembers what is shown."""
    page.search("zoe.png")
    page.wait_for_count("1 of 9 exchanges")
    page.open(6)
    page.driver.refresh()
    assert page.count() == "1 of 9 exchanges"
    assert page.one("#search").get_attribute("value") == "zoe.png"
    assert page.one("#d6").is_displayed()


def test_an_exchange_opens_with_route_headers_and_body(page):
    """An exchange opens with route headers and body."""
    details = page.open(1)
    assert page.one("#e1").get_attribute("aria-expanded") == "true"
    assert "GET https://api.shop.test/invoices?page=2" in details.text
    assert "registered at tests/test_billing.py:41" in details.text
    # As it was sent: browsers know no such number.
    assert page.one("#d1 pre").text == '{\n  "id": 12345678901234567890,\n  "total": 1.50\n}'
    page.click("#d1 .tools button:nth-child(2)")
    assert page.one("#d1 pre").text == '{"id": 12345678901234567890, "total": 1.50}'
    page.click("#e1")
    assert page.all("#d1") == []


def test_escaped_letters_are_readable(page):
    """Escaped letters are readable."""
    page.open(0)
    assert '"name": "Zoë"' in page.one("#d0 pre").text


@pytest.mark.parametrize("index", [6, 7])
def test_an_image_is_shown(page, index):
    """An image is shown."""
    page.open(index)
    page.wait(lambda: page.one(f"#d{index} figcaption").text == "30 \u00d7 20")
    assert page.one(f"#d{index} img").get_attribute("src").startswith("data:image/")
    assert page.one(f"#d{index} img").rect["width"] >= 30
    assert page.run("return window.ran") is None


def test_what_no_route_matched_shows_the_differences(page):
    """What no route matched shows the differences."""
    details = page.open(3)
    assert "No route matches. The nearest:" in details.text
    rows = page.all("#d3 table.misses:first-of-type tbody tr")
    assert [[cell.text for cell in row.find_elements("css selector", "th,td")] for row in rows] == [
        ["path", "/invoices/7/payment", "/invoices/7/payments"],
        ["headers['Key']", "abc", "absent"],
    ]
    assert page.one("#d3 .actual mark").text == "s"
    assert "Matches, but was already used" in details.text


def test_websocket_messages(page):
    """Websocket messages."""
    page.open(8)
    assert [row.text for row in page.all("#d8 .messages tbody tr")] == [
        "↑ client 0 ms\nhello",
        "↓ server 250 ms\n000000  00 01                                            ..\nbinary",
    ]


def test_nothing_in_the_traffic_runs_and_nothing_is_asked_for(page):
    """Nothing in the traffic runs and nothing is asked for."""
    for index in range(9):
        page.open(index)
    assert page.run("return document.querySelectorAll('script').length") == 2
    assert page.run("return document.querySelectorAll('#list img').length") == 2
    assert page.run("return window.ran") is None
    asked = page.run("return performance.getEntriesByType('resource').map(one => one.name)")
    assert [name for name in asked if not name.startswith("data:")] == []


def test_keys_alone_suffice(page):
    """Keys alone suffice."""
    page.press("j", "j")
    assert page.focused() == "e1"
    page.press("k")
    assert page.focused() == "e0"
    page.press(Keys.ENTER)
    assert page.one("#d0").is_displayed()
    page.press(Keys.ESCAPE)
    assert page.all("#d0") == []
    page.press("n")
    assert page.focused() == "e3"
    page.press("n", "p")
    assert page.focused() == "e3"
    page.press("]")
    assert page.focused() == "e4"
    page.press("[")
    assert page.focused() == "e3"
    page.press("/")
    assert page.focused() == "search"
    page.press("j?x")
    page.wait_for_count("0 of 9 exchanges")
    page.press(Keys.ESCAPE, "x")
    page.wait_for_count("9 exchanges")
    page.press("t")
    assert not page.one("#tests").is_displayed()
    page.press("t")
    assert page.one("#tests").is_displayed()


def test_the_page_lists_its_keys_and_they_can_be_turned_off(page):
    """The page lists its keys and they can be turned off."""
    page.press("?")
    assert "next, previous exchange" in page.one("#help").text
    page.click("#shortcuts")
    page.click("#help button")
    assert not page.one("#help").is_displayed()
    page.press("j")
    assert page.focused() != "e0"


def test_it_follows_the_colours_of_the_system(page):
    """It follows the colours of the system."""

    def brightness():
        colour = page.one("body").value_of_css_property("background-color")
        return sum(map(int, colour.split("(")[1].rstrip(")").split(",")[:3]))

    light = brightness()
    media = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    try:
        assert brightness() < 150
        assert light > 600
    finally:
        page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_ten_thousand_exchanges_stay_lazy_and_whole_on_paper(show, shop_of):
    """Ten thousand exchanges stay lazy and whole on paper."""
    page = show(shop_of(10_000))
    assert page.count() == "10,000 exchanges"
    assert len(page.all(".row")) < 500
    page.search("/item/9999")
    page.wait_for_count("1 of 10,000 exchanges")
    page.press(Keys.ESCAPE, "x")
    page.wait_for_count("10,000 exchanges")
    page.press("k")  # from nowhere: the last
    assert page.focused() == "e9999"
    assert page.one("#e9999").is_displayed()
    page.run("window.dispatchEvent(new Event('beforeprint'))")
    assert page.run("return document.querySelectorAll('.row').length") == 10_000


def test_it_prints(page):
    """It prints."""
    printed = page.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})
    assert base64.b64decode(printed["data"]).startswith(b"%PDF")


def test_it_gives_the_har_back(page, tmp_path):
    """It gives the har back."""
    page.driver.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)}
    )
    page.click("#save-har")
    saved = tmp_path / "traffic.har"
    page.wait(saved.exists)
    assert len(json.loads(saved.read_text(encoding="utf-8"))["log"]["entries"]) == 9


def test_the_har_of_a_browser(show):
    """The har of a browser."""
    entry = {
        "pageref": "page_1",
        "startedDateTime": "2026-11-25T05:00:00.000Z",
        "time": 12,
        "request": {"method": "GET", "url": "https://a.test/x", "headers": []},
        "response": {"status": 200, "content": {"size": 2, "mimeType": "text/plain", "text": "hi"}},
    }
    failed = {
        "request": {"method": "GET", "url": "https://a.test/y"},
        "response": {"status": 0, "_error": "net::ERR_FAILED"},
        "time": -1,
    }
    pages = [{"id": "page_1", "title": "Start"}]
    page = show({"log": {"pages": pages, "entries": [entry, failed, {}, {"request": 3}]}})
    assert [name.text for name in page.all(".fold .name")] == ["Start", "All requests"]
    page.open(0)
    assert page.one("#d0 pre").text == "hi"
    page.open(1)
    assert "net::ERR_FAILED" in page.one("#d1").text
    page.open(2)
    page.open(3)


def test_no_exchange_at_all(show):
    """No exchange at all."""
    assert show({"log": {"entries": []}}).one("#list").text == "No exchange was recorded."


def test_controls_have_names_and_the_tests_have_headings(page):
    """Controls have names and the tests have headings."""
    page.open(3)
    unnamed = [
        element.get_attribute("outerHTML")
        for element in page.all("button, input, select, nav, main, [role=region]")
        if element.is_displayed() and not element.accessible_name
    ]
    assert unnamed == []
    assert [head.tag_name for head in page.all("section.piece > h2")] == ["h2"] * 4
    assert page.one("html").get_attribute("lang") == "en"

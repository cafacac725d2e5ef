"""The desk in a real browser: by keyboard, without scripts, at every width, in light and dark; axe finds nothing, and
nothing that sources wrote runs."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from claimwatch.models import Action
from claimwatch.pipeline.reviewing.desk import get_case, list_cases
from tests.web.browsing import WIDTHS, chromium, faults, opened, overflow
from tests.web.desk_world import ANALYST, compiled, settings_of, signed_in
from tests.web.hostile_world import make_hostile
from tests.web.serving import Pages, link_in, serving

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with serving(settings_of(make_hostile(tmp_path_factory.mktemp("hostile") / "home", compiled()))) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def cookies_of(pages: Pages) -> dict[str, str]:
    """Those of a signed-in analyst."""
    with signed_in(pages) as client:
        return dict(client.cookies)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_can_be_read_and_run_nothing(scheme: str, hostile: Pages, browser: Browser) -> None:
    keys = [line.key for line in list_cases(hostile.watch).cases]
    commented = next(key for key in keys if get_case(hostile.watch, key).decisions)
    cookies = cookies_of(hostile)
    with signed_in(hostile) as client:
        captured = client.get("/desk/texts/publication/1").text.partition('href="/desk/captures/')[2][:64]
    paths = [
        "/desk",
        "/desk/names",
        f"/desk/cases/{commented}",
        f"/desk/cases/{commented}#relabel",
        "/desk/editions",
        "/desk/editions/1",
        "/desk/texts/publication/1",
        "/desk/texts/publication/1?revision=2&against=1",
        f"/desk/captures/{captured}",
        "/sign-in",
    ]
    for path in paths:
        with opened(browser, hostile.url + path, width=WIDTHS[0], scheme=scheme, cookies=cookies) as page:
            page.on("dialog", lambda dialog: pytest.fail(f"a script of theirs ran: {dialog.message}"))
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                assert overflow(page) == [], f"{path} at {width} px"
                if width == 1280 or (width == 360 and scheme == "light"):
                    assert faults(page) == [], f"{path} at {width} px"


def said_of(pages: Pages, key: str) -> list[tuple[Action, str | None]]:
    return [(one.action, one.why) for one in get_case(pages.watch, key).decisions]


def key_in(page: Page) -> str:
    return page.url.rpartition("/")[2].partition("?")[0].partition("#")[0]


def test_a_review_by_keyboard(desk_pages: Pages, browser: Browser) -> None:
    first, second, third = (line.key for line in list_cases(desk_pages.watch).cases[:3])
    with opened(browser, desk_pages.url + "/desk", cookies=cookies_of(desk_pages)) as page:
        expect(page.get_by_label("Keys")).to_be_visible()
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        expect(page.locator(".chosen [data-open]")).to_be_focused()
        page.keyboard.press("a")
        expect(page.get_by_role("status").first).to_contain_text("accepted it")
        assert said_of(desk_pages, first) == [(Action.ACCEPT, None)]
        page.keyboard.press("u")
        expect(page.get_by_text("6 cases")).to_be_visible()
        assert [action for action, _ in said_of(desk_pages, first)] == [Action.ACCEPT, Action.UNDO]

        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("d")
        why = page.locator("#why-dismiss")
        expect(why).to_be_focused()
        assert key_in(page) == second
        page.keyboard.type("a case of mistaken identity")  # keys are letters here, not commands
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("dismissed it")
        assert said_of(desk_pages, second) == [(Action.DISMISS, "a case of mistaken identity")]
        assert key_in(page) == third  # the next case comes by itself

        page.keyboard.press("k")
        page.wait_for_url(f"**/cases/{first}*")
        page.keyboard.press("j")
        page.wait_for_url(f"**/cases/{third}*")
        page.keyboard.press("s")
        expect(page.locator("#until")).to_be_focused()
        page.keyboard.press("Escape")
        page.keyboard.press("r")
        expect(page.locator("#outcome")).to_be_focused()
        expect(page.locator("#until")).to_be_hidden()
        page.locator("#outcome").select_option("CONTEXT")
        page.locator("#why-relabel").fill("says nothing")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("relabelled it")
        page.keyboard.press("q")
        expect(page.get_by_text("4 cases")).to_be_visible()
    assert said_of(desk_pages, third) == [(Action.RELABEL, "says nothing")]


def test_a_review_without_scripts_from_signing_in_to_signing_out(desk_pages: Pages, browser: Browser) -> None:
    with opened(browser, desk_pages.url + "/desk?outcome=UPDATE", scripts=False) as page:
        page.get_by_label("E-mail address").fill(ANALYST)
        page.get_by_role("button", name="Send me a link").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mailbox")
        (mail,) = desk_pages.mails(1)
        page.goto(desk_pages.url + desk_pages.path(link_in(mail)))
        page.get_by_role("button", name="Sign in").click()
        assert page.url.endswith("/desk?outcome=UPDATE")
        expect(page.get_by_label("Keys")).to_be_hidden()  # there are none to press
        page.locator("[data-open]").click()
        key = key_in(page)
        page.locator("#dismiss summary").click()
        page.locator("#why-dismiss").fill("known")
        page.get_by_role("button", name="Dismiss").click()
        expect(page.get_by_role("status").first).to_contain_text("dismissed it")
        page.get_by_role("button", name="Undo").click()
        page.get_by_label("Outcome").select_option("PENDING")
        page.get_by_role("button", name="Show").click()
        assert "outcome=PENDING" in page.url
        page.get_by_role("link", name="Editions").click()
        page.locator("tbody a").click()
        frame = page.frame_locator("iframe")
        expect(frame.get_by_text("museum of clocks").first).to_be_visible()
        page.get_by_role("button", name="Approve").click()
        expect(page.get_by_text(f"{ANALYST} approved it")).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        page.goto(desk_pages.url + "/desk")
        assert "/sign-in" in page.url
    assert [action for action, _ in said_of(desk_pages, key)] == [Action.DISMISS, Action.UNDO]

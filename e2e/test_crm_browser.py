"""The page as people use it: a real Chromium, the CRM's server, and Ringback's virtual phones."""

from harness.crm_case import CONTACT, STAGES, PageCase
from harness.sound import loudest_db

BUSY, RINGS, NOBODY = "+12025550102", "+12025550103", "+12025550104"
WATCH = """() => {
  window.seen = []
  const look = () => {
    const dock = document.querySelector("[data-testid=dock]")
    const stage = dock && dock.dataset.stage
    if (stage && window.seen.at(-1) !== stage) window.seen.push(stage)
  }
  new MutationObserver(look).observe(document.body,
    { subtree: true, childList: true, attributes: true, characterData: true })
}"""


class Page(PageCase):
    def stage(self, page, stage, seconds=30):
        page.locator(f"[data-testid=dock][data-stage={stage}]").wait_for(timeout=1000 * seconds)

    def call(self, page, name="Ana Souza"):
        row = page.get_by_role("row").filter(has_text=name)
        row.get_by_test_id("click-to-call").first.click()

    def outcome(self, page, outcome):
        dock = page.locator(f"[data-testid=dock][data-outcome={outcome}]")
        dock.wait_for(timeout=60_000)
        return dock

    def test_a_call_from_the_click_to_the_recording_without_a_reload(self):
        # An agent who talks for long, so that both voices are in the recording.
        self.ana.integrate("+12025550105")
        self.ana.contact("Ana Souza", CONTACT, company="Padaria Real")
        page, other = self.open(), self.open("carla@borealis.example")
        page.evaluate(WATCH)
        page.evaluate("window.sameDocument = true")
        self.call(page)
        self.stage(page, "live")
        page.wait_for_function(
            "() => document.querySelector('[data-testid=clock]').textContent.endsWith(':04')"
        )
        page.get_by_test_id("hang-up").click()
        self.stage(page, "ended")
        seen = page.evaluate("window.seen")
        self.assertEqual([STAGES.index(one) for one in seen],
                         sorted({STAGES.index(one) for one in seen}), seen)
        for stage in ("agent-ringing", "live", "ended"):
            self.assertIn(stage, seen)
        # Its recording arrives by itself, and plays.
        page.get_by_test_id("dock-open").click()
        page.get_by_test_id("player").wait_for(timeout=30_000)
        for lane in ("agent", "other"):
            peak = page.get_by_test_id(f"lane-{lane}").get_attribute("data-peak")
            self.assertGreater(float(peak), 0.05, lane)
        page.get_by_test_id("play").click()
        page.wait_for_function("() => document.querySelector('audio').currentTime > 0.3")
        # The lanes are drawn of what the browser decoded; this is what it was given.
        log_id = page.get_by_test_id("detail").get_attribute("data-call")
        (left, right), rate = self.recording(self.ana.log(log_id))
        self.assertGreater(loudest_db(left, rate), -40, "the agent's voice")
        self.assertGreater(loudest_db(right, rate), -40, "the contact's voice")
        self.assertTrue(page.evaluate("window.sameDocument"), "the page was loaded once")
        # Nothing of it reaches the other organization.
        other.evaluate("location.hash = '#/calls'")
        other.get_by_test_id("empty").first.wait_for()
        self.assertEqual(other.get_by_text("Padaria Real").count(), 0)

    def test_what_goes_wrong_is_shown(self):
        page = self.open()
        for name, number, outcome in (
            ("Busy", BUSY, "contact-busy"),
            ("Nobody", NOBODY, "contact-failed"),
            ("Rings", RINGS, "contact-no-answer"),
        ):
            self.ana.contact(name, number)
            page.reload()
            with self.subTest(name):
                self.call(page, name)
                self.outcome(page, outcome)
                page.get_by_test_id("dismiss").click()

    def test_a_platform_that_refuses_is_shown_with_its_reason(self):
        self.ana.integrate(self.agent, authToken="0" * 32)
        self.ana.contact("Ana Souza", CONTACT)
        page = self.open()
        self.call(page)
        button = page.locator(".click-to-call[data-state=error]").first
        button.wait_for()
        self.assertTrue(button.get_by_role("status").inner_text().strip())
        (log,) = self.ana.fetch("/api/calls")["calls"]
        self.assertEqual(log["outcome"], "failed")

    def test_the_integration_is_tried_from_the_page(self):
        page = self.open()
        page.evaluate("location.hash = '#/settings'")
        page.get_by_test_id("test").click()
        page.locator("[data-testid=test-result][data-ok=true]").wait_for()
        self.ana.integrate(self.agent, authToken="0" * 32)
        page.reload()
        page.get_by_test_id("test").click()
        page.locator("[data-testid=test-result][data-ok=false]").wait_for()

    def test_a_second_browser_of_the_organization_follows(self):
        self.crm.add_user("bruno@acme.example", "Bruno", "Acme")
        watching = self.open("bruno@acme.example")
        watching.evaluate("location.hash = '#/calls'")
        watching.get_by_test_id("empty").first.wait_for()
        self.ana.contact("Ana Souza", CONTACT)
        _, answer = self.ana.click(CONTACT)
        log_id = answer["callLogId"]
        row = watching.locator(f"[data-testid=call-row][data-call='{log_id}']")
        row.wait_for()
        self.assertIn("1 call", watching.get_by_test_id("live-count").inner_text())
        self.ana.stage(log_id, "live")
        row.click()
        watching.locator("[data-testid=detail][data-stage=live]").wait_for()
        self.ana.fetch(f"/api/calls/{log_id}/hang-up", "POST", status=(202,))
        watching.locator("[data-testid=detail][data-stage=ended]").wait_for()

    def test_by_keyboard_alone(self):
        self.ana.contact("Ana Souza", CONTACT)
        page = self.visit()
        page.locator("input[name=email]").focus()
        page.keyboard.type("ana@acme.example")
        page.keyboard.press("Tab")
        page.keyboard.type("correct horse battery")
        page.keyboard.press("Enter")
        page.get_by_test_id("sign-out").wait_for()
        page.get_by_test_id("click-to-call").first.wait_for()
        self.tab_to(page, "[data-testid=click-to-call]")
        page.keyboard.press("Enter")
        self.stage(page, "live")
        self.tab_to(page, "[data-testid=hang-up]")
        page.keyboard.press("Enter")
        self.stage(page, "ended")

    def tab_to(self, page, what):
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("what => document.activeElement.matches(what)", what):
                return
        raise AssertionError(f"Tab never reaches {what}")

"""Pixel and links over HTTP: what counts, what doesn't, and that nobody learns or breaks anything (S14.2)."""

import json
from datetime import timedelta

import frappe
from frappe.utils import now_datetime

from cadences_app.api.tracking import PIXEL, VISITS_A_MINUTE
from cadences_app.engine.outcomes import Outcome
from cadences_app.mail.tracking import keyring, visits
from cadences_app.mail.tracking.scanners import Visitor
from cadences_app.mail.tracking.tokens import Purpose
from cadences_app.mail.tracking.visits import VisitKind
from cadences_app.tests.site.mailing import MailTestCase, SentMail, token
from cadences_app.tests.site.requests import call

OPEN = "/api/method/cadences_app.api.tracking.open?t="
CLICK = "/api/method/cadences_app.api.tracking.click?t="
LINKS = ("https://shop.example/a?x=1&y=2", "https://shop.example/b", "https://bücher.example/c")
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
APPLE = "Mozilla/5.0"
SCANNER = "Mozilla/5.0 (compatible; Barracuda Sentinel)"


class TrackingTestCase(MailTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.mail = self.send(links=json.dumps(LINKS))
		frappe.cache.delete_keys("rl:")

	def open(self, mail: SentMail | None = None, **kwargs):
		return call("GET", OPEN + token(Purpose.OPEN, (mail or self.mail).activity), **kwargs)

	def click(self, number: int = 0, **kwargs):
		return call("GET", CLICK + token(Purpose.CLICK, self.mail.activity, number), **kwargs)

	def visits(self) -> list:
		return frappe.get_all(
			"Cadence Visit",
			{"activity": self.mail.activity},
			["kind", "visitor", "why", "counted", "judged_at", "target"],
			order_by="name",
		)

	def let_clicks_settle(self) -> None:
		"""As if ten seconds had passed since the links were followed."""
		earlier = now_datetime() - timedelta(seconds=10)
		table = frappe.qb.DocType("Cadence Visit")
		for row in frappe.get_all("Cadence Visit", {"activity": self.mail.activity}, ["name", "visited_at"]):
			moved = earlier - (now_datetime() - row.visited_at)
			frappe.qb.update(table).set(table.visited_at, moved).where(table.name == row.name).run()
		visits.judge_waiting()


class TestOpens(TrackingTestCase):
	def test_the_form_offers_what_the_code_knows(self):
		for fieldname, members in (("kind", VisitKind), ("visitor", Visitor)):
			options = frappe.get_meta("Cadence Visit").get_options(fieldname)
			self.assertEqual(options.split("\n"), [each.value for each in members])

	def test_a_person_opens_the_mail(self):
		answer = self.open()
		self.assertEqual((answer.status_code, answer.data), (200, PIXEL))
		self.assertEqual(answer.mimetype, "image/gif")
		self.assertIn("no-store", answer.headers["Cache-Control"])
		self.assertNotIn("Set-Cookie", answer.headers)
		self.assertEqual(self.mail.outcomes(), [Outcome.OPENED])

	def test_the_same_opening_twice_counts_once(self):
		self.open()
		self.open()
		self.assertEqual(self.mail.outcomes(), [Outcome.OPENED])

	def test_a_forgetful_cache_counts_no_opening_twice(self):
		within_a_minute = now_datetime().replace(second=10, microsecond=0) + timedelta(minutes=5)
		with self.freeze_time(within_a_minute):
			for _time in range(2):
				frappe.cache.delete_keys("cadence_visit:")
				visit = visits.Visit(
					visits.VisitKind.OPEN,
					visits.find_activity(self.mail.activity),
					"GET",
					{"User-Agent": "Mozilla/5.0 Firefox"},
					"192.0.2.1",
					visits.clock.now(),
				)
				visits.take_in(visit)
		self.assertEqual(self.mail.outcomes(), [Outcome.OPENED])

	def test_gmails_proxy_asks_when_a_person_opens(self):
		self.open(agent=GMAIL)
		self.assertEqual(self.mail.outcomes(), [Outcome.OPENED])

	def test_machines_are_marked_and_start_nothing(self):
		for agent, visitor in ((APPLE, "Mail Proxy"), (SCANNER, "Scanner"), ("", "Scanner")):
			with self.subTest(agent=agent):
				self.open(agent=agent)
				self.assertEqual(self.visits()[-1].visitor, visitor)
		self.assertEqual(self.mail.outcomes(), [])

	def test_head_is_no_opening(self):
		answer = call("HEAD", OPEN + token(Purpose.OPEN, self.mail.activity))
		self.assertEqual((answer.status_code, answer.data), (200, b""))
		self.assertEqual(self.mail.outcomes(), [])
		self.assertEqual(self.visits()[0].why, "Method")

	def test_who_opens_within_two_seconds_is_no_person(self):
		mail = self.send(taken_at=now_datetime())
		self.open(mail)
		self.assertEqual(mail.outcomes(), [])

	def test_the_settings_may_count_scanners(self):
		self.set_up(count_scanners=1)
		self.open(agent=SCANNER)
		self.assertEqual(self.mail.outcomes(), [Outcome.OPENED])

	def test_a_colleague_who_looks_at_the_mail_is_no_reader(self):
		from cadences_app.tests.site.base import make_user

		user = frappe.get_doc("User", make_user("tracked-rep@sales.example", "Cadence User"))
		self.keep(user)
		user.api_key, user.api_secret = "tracked-rep", "tracked-secret"
		user.save()
		self.open(headers={"Authorization": "token tracked-rep:tracked-secret"})
		self.assertEqual((self.mail.outcomes(), self.visits()), ([], []))

	def test_one_read_and_one_insert(self):
		activity = self.mail.activity
		keyring.keyring()
		with self.assertQueryCount(1):
			found = visits.find_activity(activity)
		visit = visits.Visit(
			visits.VisitKind.OPEN, found, "GET", {"User-Agent": "Firefox"}, "192.0.2.1", visits.clock.now()
		)
		with self.assertQueryCount(1):
			visits.take_in(visit)


TYPED = (
	"https://shop.example/?",
	"https://shop.example/#",
	"https://shop.example?#",
	"https://shop.example/a?b=[1]&c={2}|3^4`5",
	"HTTP://Shop.Example/?src=newsletter",
	"https://shop.example/%5B%7b%C3%A9?x=%",
	"https://shop.example//a/../b/./c",
	"https://shop.example:443/a;b='c'",
)
CHARACTERS = "abAB09/?#[]@!$&'()*+,;=:%{}|^`~-._\"<>"


class TestTargets(TrackingTestCase):
	"""Every target opens as it was typed, byte for byte (S4.1), by the endpoint that people come to."""

	def assertOpens(self, targets: list[str]) -> None:
		frappe.db.set_value("Cadence Activity", self.mail.activity, "links", json.dumps(targets))
		frappe.cache.delete_keys("rl:")
		for number, target in enumerate(targets):
			with self.subTest(target=target):
				answer = self.click(number)
				self.assertEqual(answer.headers["Location"], target)

	def test_what_people_type(self):
		self.assertOpens(list(TYPED))

	def test_whatever_is_typed(self):
		from hypothesis import given, settings
		from hypothesis import strategies as st

		from cadences_app.mail.composing.links import is_safe_target, track_links
		from cadences_app.mail.composing.markup import read_markup

		tails = st.lists(st.text(CHARACTERS, max_size=40), min_size=1, max_size=8, unique=True)

		@settings(max_examples=25, deadline=None, database=None)
		@given(tails)
		def opens(typed: list[str]) -> None:
			urls = [f"https://shop.example/{each}" for each in typed]
			html = "".join(f'<a href="{frappe.utils.escape_html(url)}">x</a>' for url in urls)
			targets = track_links(read_markup(html).tree, lambda number, _target: str(number))
			self.assertEqual(list(targets), [url for url in urls if is_safe_target(url)])
			self.assertOpens(list(targets))

		opens()


class TestClicks(TrackingTestCase):
	def test_a_link_leads_where_the_mail_said_and_counts(self):
		answer = self.click(0)
		self.assertEqual((answer.status_code, answer.location), (302, LINKS[0]))
		self.let_clicks_settle()
		event = self.mail.events()[0]
		self.assertEqual((event.outcome, event.detail), (Outcome.CLICKED, LINKS[0]))

	def test_an_international_address_arrives_as_browsers_read_it(self):
		self.assertEqual(self.click(2).location, "https://xn--bcher-kva.example/c")

	def test_a_click_waits_until_it_is_clear_who_it_was(self):
		self.click(0)
		visits.judge_waiting()
		self.assertEqual(self.mail.outcomes(), [])
		self.assertIsNone(self.visits()[0].judged_at)

	def test_judging_twice_counts_once(self):
		self.click(0)
		self.let_clicks_settle()
		frappe.db.set_value("Cadence Visit", {"activity": self.mail.activity}, "judged_at", None)
		visits.judge_waiting()
		self.assertEqual(self.mail.outcomes(), [Outcome.CLICKED])

	def test_all_links_within_seconds_are_a_scanner(self):
		for number in range(3):
			self.assertEqual(self.click(number).status_code, 302)
		self.let_clicks_settle()
		self.assertEqual(self.mail.outcomes(), [])
		self.assertEqual(
			{(row.visitor, row.why) for row in self.visits()}, {("Scanner", "All Links At Once")}
		)

	def test_two_of_three_links_are_a_person(self):
		self.click(0)
		self.click(1)
		self.let_clicks_settle()
		self.assertEqual(self.mail.outcomes(), [Outcome.CLICKED, Outcome.CLICKED])

	def test_unsafe_targets_lead_nowhere(self):
		for target in (
			"javascript:alert(1)",
			"//evil.example/x",
			"data:text/html,x",
			"https://good.example@evil.example/",
			"https:\\\\evil.example",
			"/app",
			"https://x.example/\r\nSet-Cookie: a=b",
		):
			with self.subTest(target=target):
				frappe.db.set_value("Cadence Activity", self.mail.activity, "links", json.dumps([target]))
				answer = self.click(0)
				self.assertEqual(answer.status_code, 404)
				self.assertNotIn("Location", answer.headers)
				self.assertNotIn("Set-Cookie", answer.headers)
		self.assertEqual(self.visits(), [])


class TestTokens(TrackingTestCase):
	def test_what_is_not_ours_gets_the_same_answer_as_what_is_gone(self):
		good = token(Purpose.CLICK, self.mail.activity, 1)
		gone = call("GET", CLICK + token(Purpose.CLICK, "nosuchactivity00", 1))
		self.assertEqual(gone.status_code, 404)
		bad = {
			"forged": good[:-1] + ("A" if good[-1] != "A" else "B"),
			"truncated": good[:-4],
			"made for opening": token(Purpose.OPEN, self.mail.activity, 1),
			"link that the mail has not": token(Purpose.CLICK, self.mail.activity, 99),
			"empty": "",
			"long": "A" * 5000,
			"not text": "%00%ff",
			"sql": "' or 1=1 --",
		}
		for name, value in bad.items():
			with self.subTest(name):
				answer = call("GET", CLICK + value)
				self.assertEqual((answer.status_code, answer.data), (404, gone.data))
		self.assertEqual((self.mail.outcomes(), self.visits()), ([], []))

	def test_a_pixel_says_nothing_about_its_token(self):
		answers = {
			call("GET", OPEN + value).data
			for value in (token(Purpose.OPEN, self.mail.activity), token(Purpose.OPEN, "gone"), "x", "")
		}
		self.assertEqual(answers, {PIXEL})

	def test_a_token_of_a_dropped_key_is_void(self):
		old = token(Purpose.OPEN, self.mail.activity)
		keyring.rotate()
		call("GET", OPEN + old)
		self.assertEqual(self.mail.outcomes(), [Outcome.OPENED])
		other = self.send()
		old = token(Purpose.OPEN, other.activity)
		keyring.rotate(revoke=True)
		call("GET", OPEN + old)
		self.assertEqual(other.outcomes(), [])
		call("GET", OPEN + token(Purpose.OPEN, other.activity))
		self.assertEqual(other.outcomes(), [Outcome.OPENED])

	def test_saving_the_settings_drops_no_key(self):
		"""By a number of its own a manager would void every link that went out, and end the mails to come."""
		keyring.rotate()
		settings = frappe.get_doc("Cadence Settings")
		before = settings.token_key, settings.oldest_token_key
		settings.update({"token_key": -1, "oldest_token_key": 99}).save()
		settings = frappe.get_doc("Cadence Settings")
		self.assertEqual((settings.token_key, settings.oldest_token_key), before)
		call("GET", OPEN + token(Purpose.OPEN, self.mail.activity))
		self.assertEqual(self.mail.outcomes(), [Outcome.OPENED])

	def test_over_the_limit_nothing_is_recorded_and_nothing_told(self):
		key = frappe.cache.make_key("rl:cadences_app.api.tracking.open:192.0.2.7")
		for each in (key, key + b":60"):  # Frappe 15, and 16 with the seconds behind
			frappe.cache.set(each, VISITS_A_MINUTE, ex=60)
		answer = self.open(headers={"X-Forwarded-For": "192.0.2.7"})
		self.assertEqual((answer.status_code, answer.data), (200, PIXEL))
		self.assertEqual(self.mail.outcomes(), [])

	def test_other_methods_are_refused(self):
		for method in ("POST", "PUT", "DELETE"):
			answer = call(method, OPEN + token(Purpose.OPEN, self.mail.activity))
			self.assertEqual(answer.status_code, 403)
		self.assertEqual(self.mail.outcomes(), [])

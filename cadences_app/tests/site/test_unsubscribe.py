"""Leaving a sequence or everything: the page, the form, one click, and Email Unsubscribes made elsewhere."""

from html.parser import HTMLParser

import frappe

from cadences_app.engine.outcomes import Outcome
from cadences_app.mail.suppression import Addressee, find_blocks
from cadences_app.mail.tracking import unsubscribe_page
from cadences_app.mail.tracking.tokens import Purpose
from cadences_app.tests.site.mailing import CADENCE, MailTestCase, SentMail, token
from cadences_app.tests.site.requests import call

PATH = "/api/method/cadences_app.api.tracking.unsubscribe?t="
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


class _Page(HTMLParser):
	"""What of a page a browser would fetch, and the fields that its form sends."""

	def __init__(self, html: str) -> None:
		super().__init__()
		self.fetched: list[str] = []
		self.fields: dict[str, list[str]] = {}
		self.feed(html)

	def handle_starttag(self, tag: str, attrs: list) -> None:
		given = dict(attrs)
		if tag in ("img", "script", "link", "iframe") or "src" in given:
			self.fetched.append(self.get_starttag_text())
		if tag in ("input", "select") and given.get("name"):
			self.fields.setdefault(given["name"], []).append(given.get("value") or "")


class TestUnsubscribe(MailTestCase):
	def setUp(self) -> None:
		super().setUp()
		frappe.cache.delete_keys("rl:")
		self.mail = self.send("leaver@buyer.example")
		self.path = PATH + token(Purpose.UNSUBSCRIBE, self.mail.activity)

	def left(self, **filters) -> int:
		return frappe.db.count("Email Unsubscribe", {"email": "leaver@buyer.example", **filters})

	def is_blocked(self, mail: SentMail, cadence: str = CADENCE) -> bool:
		lead = frappe.db.get_value("Lead", mail.lead, "*", as_dict=True)
		person = Addressee(mail.recipient, "Lead", mail.lead, cadence)
		return bool(find_blocks([person], {"Lead": {mail.lead: {**lead, "doctype": "Lead"}}}))

	def test_looking_at_the_page_changes_nothing(self):
		for method in ("GET", "HEAD"):
			self.assertEqual(call(method, self.path).status_code, 200)
		self.assertEqual((self.mail.outcomes(), self.left()), ([], 0))

	def test_the_page_fetches_nothing_and_shows_no_address(self):
		answer = call("GET", self.path)
		page = _Page(answer.text)
		self.assertEqual(page.fetched, [])
		self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])
		self.assertEqual(page.fields["scope"], ["sequence", "everything"])
		self.assertIn("reason", page.fields)
		self.assertIn("l…@buyer.example", answer.text)
		self.assertNotIn("leaver", answer.text)
		self.assertNotIn("Set-Cookie", answer.headers)

	def test_the_form_leaves_the_sequence_only(self):
		answer = call("POST", self.path, data={"scope": "sequence", "reason": "too_often"})
		self.assertEqual(answer.status_code, 200)
		self.assertIn("You are unsubscribed", answer.text)
		self.assertEqual(self.mail.outcomes(), [Outcome.UNSUBSCRIBED])
		source = frappe.db.get_value("Cadence Event", {"enrollment": self.mail.enrollment}, "source")
		self.assertEqual(source, "Unsubscribe page: too_often")
		self.assertEqual(self.left(reference_doctype="Cadence", reference_name=CADENCE), 1)
		self.assertTrue(self.is_blocked(self.mail))
		self.assertFalse(self.is_blocked(self.mail, cadence="Another Cadence"))

	def test_leaving_shows_on_the_mail_and_not_on_the_cadence(self):
		call("POST", self.path, data={"scope": "sequence"})
		status = frappe.db.get_value("Communication", self.mail.communication, "delivery_status")
		self.assertEqual(status, "Recipient Unsubscribed")
		comments = frappe.get_all("Comment", {"reference_doctype": "Cadence", "reference_name": CADENCE})
		self.assertEqual(comments, [])

	def test_the_form_leaves_everything(self):
		other = self.send("leaver@buyer.example")
		stranger = self.send("stays@buyer.example")
		call("POST", self.path, data={"scope": "everything"})
		self.assertEqual(self.left(global_unsubscribe=1), 1)
		self.assertEqual(self.mail.outcomes(), [Outcome.UNSUBSCRIBED])
		self.assertEqual(other.outcomes(), [Outcome.UNSUBSCRIBED])
		self.assertEqual(stranger.outcomes(), [])
		self.assertTrue(self.is_blocked(other, cadence="Another Cadence"))

	def test_one_click_as_mail_clients_send_it(self):
		for kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
			with self.subTest(kind):
				answer = call("POST", self.path, data=ONE_CLICK, content_type=kind)
				self.assertEqual(answer.status_code, 200)
				self.assertEqual(self.mail.outcomes(), [Outcome.UNSUBSCRIBED])
				self.assertEqual(self.left(global_unsubscribe=1), 1)

	def test_a_post_that_asks_for_nothing_does_nothing(self):
		for body in ({}, {"scope": "nothing"}, {"List-Unsubscribe": "maybe"}):
			answer = call("POST", self.path, data=body)
			self.assertIn("<form", answer.text)
		self.assertEqual((self.mail.outcomes(), self.left()), ([], 0))

	def test_leaving_twice_is_leaving_once(self):
		for _time in range(2):
			call("POST", self.path, data={"scope": "everything"})
			call("POST", self.path, data={"scope": "sequence"})
		self.assertEqual(self.mail.outcomes(), [Outcome.UNSUBSCRIBED])
		self.assertEqual(self.left(), 2)

	def test_what_is_not_ours_gets_the_same_answer_as_what_is_gone(self):
		good = token(Purpose.UNSUBSCRIBE, self.mail.activity)
		gone = call("POST", PATH + token(Purpose.UNSUBSCRIBE, "nosuchactivity00"), data=ONE_CLICK)
		self.assertEqual(gone.status_code, 404)
		for bad in (good[:-1] + "_", good[:20], token(Purpose.CLICK, self.mail.activity), "", "<script>"):
			with self.subTest(bad):
				answer = call("POST", PATH + bad, data=ONE_CLICK)
				self.assertEqual((answer.status_code, answer.data), (404, gone.data))
		self.assertEqual((self.mail.outcomes(), self.left()), ([], 0))

	def test_the_page_speaks_the_browsers_language(self):
		self.speak("fr", "Unsubscribe", "Se désabonner")
		answer = call("GET", self.path, headers={"Accept-Language": "fr-FR,fr;q=0.9"})
		self.assertIn('lang="fr"', answer.text)
		self.assertIn("<h1>Se désabonner</h1>", answer.text)

	def test_what_is_written_from_the_right_stands_there(self):
		for language in ("ar", "fa-IR"):
			answer = call("GET", self.path, headers={"Accept-Language": language})
			self.assertRegex(answer.text, f'<html lang="{language[:2]}[^"]*" dir="rtl">')

	def test_the_records_language_comes_before_the_browsers(self):
		self.speak("de", "Unsubscribe", "Abbestellen")
		frappe.db.set_value("Lead", self.mail.lead, "language", "de")
		answer = call("GET", self.path, headers={"Accept-Language": "fr"})
		self.assertIn('lang="de"', answer.text)
		self.assertIn("<h1>Abbestellen</h1>", answer.text)

	def speak(self, language: str, source: str, translated: str) -> None:
		values = {"language": language, "source_text": source, "translated_text": translated}
		self.keep(frappe.get_doc({"doctype": "Translation", **values}).insert())

	def test_the_form_of_somebody_who_is_logged_in_carries_what_frappe_asks_of_it(self):
		token_of_session = frappe.session.data.csrf_token
		frappe.session.data.csrf_token = "from-the-session"
		try:
			html, _status = unsubscribe_page.answer(self.mail.activity, "t", None, "")
		finally:
			frappe.session.data.csrf_token = token_of_session
		self.assertEqual(_Page(html).fields["csrf_token"], ["from-the-session"])


class TestElsewhere(MailTestCase):
	def unsubscribe(self, **scope) -> None:
		frappe.get_doc({"doctype": "Email Unsubscribe", "email": "leaver@buyer.example", **scope}).insert()

	def test_a_global_one_ends_all(self):
		first, second = self.send("leaver@buyer.example"), self.send("leaver@buyer.example")
		self.unsubscribe(global_unsubscribe=1)
		self.assertEqual(first.outcomes() + second.outcomes(), [Outcome.UNSUBSCRIBED] * 2)

	def test_one_for_a_record_ends_what_concerns_it(self):
		mine, other = self.send("leaver@buyer.example"), self.send("leaver@buyer.example")
		self.unsubscribe(reference_doctype="Lead", reference_name=mine.lead)
		self.assertEqual((mine.outcomes(), other.outcomes()), ([Outcome.UNSUBSCRIBED], []))

	def test_it_is_reported_for_the_last_mail(self):
		first = self.send("leaver@buyer.example", days_ago=3)
		self.send("leaver@buyer.example", lead=first.lead, enrollment=first.enrollment, follow_up="second")
		self.unsubscribe(global_unsubscribe=1)
		self.assertEqual([event.follow_up for event in first.events()], ["second"])

	def test_who_was_never_mailed_is_left_to_the_check_before_sending(self):
		mail = self.send("leaver@buyer.example", handed_over_at=None, taken_at=None, delivery="")
		self.unsubscribe(global_unsubscribe=1)
		self.assertEqual(mail.outcomes(), [])

"""S15.4: the catalogue is what Frappe extracts, and what people read is in their language."""

from datetime import date
from pathlib import Path

import frappe
from babel.dates import format_date
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from frappe.cache_manager import clear_defaults_cache
from frappe.gettext.translate import get_catalog, get_method_map, write_binary
from frappe.translate import clear_cache
from frappe.utils import getdate
from frappe.utils.background_jobs import execute_job

from cadences_app.api import cadences, sentences
from cadences_app.engine.calendar import Delay, Unit
from cadences_app.engine.checking.check import check
from cadences_app.engine.definition import Cadence, Trigger
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Block, Reason
from cadences_app.enrolling import activation, fault_sentences, library, words
from cadences_app.enrolling.form.definition import definition_of
from cadences_app.mail.tracking.tokens import Purpose
from cadences_app.runtime import job_language
from cadences_app.runtime.job_language import before_job
from cadences_app.runtime.notices import Notice, tell
from cadences_app.store.alerts import alert
from cadences_app.tests import languages
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import SiteTestCase
from cadences_app.tests.site.builders import unique
from cadences_app.tests.site.mailing import MailTestCase, token
from cadences_app.tests.site.messaging import new_number
from cadences_app.tests.site.outbox import OutboxTestCase
from cadences_app.tests.site.requests import call
from cadences_app.tests.site.sms_gateway import keep_sms_settings, use_gateway
from cadences_app.tests.site.smtp import make_account

SAYS = "{{ frappe.format_date(doc.creation) }}: {{ _('Unsubscribe') }}"
UNSUBSCRIBE = "/api/method/cadences_app.api.tracking.unsubscribe?t="


class TestCatalogue(SiteTestCase):
	def test_it_is_what_frappe_extracts(self):
		"""S15.4. `bench generate-pot-file --app cadences_app` brings it up to date."""
		methods = [*get_method_map("cadences_app"), *get_method_map("frappe")]
		keywords = {name: spec for name, spec in DEFAULT_KEYWORDS.items() if name != "_lt"}
		extracted = {
			message
			for _file, _line, message, _comments, _context in extract_from_dir(
				Path(frappe.get_app_path("cadences_app")).parent, methods, keywords=keywords
			)
			if message
		}
		pot = set(languages.catalogue("main.pot"))
		self.assertEqual((sorted(extracted - pot), sorted(pot - extracted)), ([], []))


class TestFrench(MailTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		write_binary("cadences_app", get_catalog("cadences_app", "fr"), "fr")  # as `bench build` does
		clear_cache()

	def setUp(self) -> None:
		super().setUp()
		was = frappe.local.lang
		self.addCleanup(lambda: setattr(frappe.local, "lang", was))
		frappe.local.lang = "fr"

	def test_what_is_wrong_with_a_cadence(self):
		"""S15.4: the sentences of the catalogue are translated where they are shown."""
		cadence = Cadence("Essai", module="Lead", follow_ups=())
		told = {
			fault_sentences.tell(each, cadence).sentence for each in check(cadence, today=date(2026, 3, 2))
		}
		self.assertIn("Elle n'a aucun pas.", told)

	def test_what_happened_and_why(self):
		self.assertEqual(sentences.because(Reason.OUTSIDE_WINDOW), "la plage d'envoi est attendue")
		because = sentences.because(Reason.NOT_TO_BE_CONTACTED, Block.ADDRESS_BOUNCED)
		self.assertEqual(
			because, "la personne ne doit pas être contactée (un mail à cette adresse est revenu)"
		)
		self.assertEqual(words.length(Delay(2, Unit.BUSINESS_DAYS)), "2 jours ouvrés")
		no_answer = Trigger(Outcome.CALL_RESULT, detail="No Answer")
		self.assertEqual(words.trigger(no_answer), "résultat d'appel Pas de réponse")

	def test_a_colon_stands_as_the_language_spaces_it(self):
		began = {"what": "RunStarted", "run": 1, "reason": Reason.ENROLLED.value}
		self.assertRegex(sentences.tell(began, ""), "^Passage 1 commencé\u00a0: ")

	def test_a_refusal(self):
		with self.assertRaisesRegex(frappe.ValidationError, "pas de cadence prête à l'emploi nothing"):
			cadences.make_ready_made("nothing")

	def test_every_word_of_a_closed_set_and_the_fields_on_tasks(self):
		for word, french in (
			("Move to Another Cadence", "Passer à une autre cadence"),
			("Cadence Status", "Statut de cadence"),
			("Follow-ups for Today", "Suivis du jour"),
			("is not set", "n'est pas renseigné"),
		):
			self.assertEqual(frappe._(word), french)

	def test_what_a_person_reads_who_unsubscribes(self):
		"""S15.4: the page speaks the language of the record, and of the browser where the record has none."""
		frappe.local.lang = "en"
		mail = self.send("leaver@buyer.example")
		path = UNSUBSCRIBE + token(Purpose.UNSUBSCRIBE, mail.activity)
		self.assertIn("What do you want to leave?", call("GET", path).text)
		asked = call("GET", path, headers={"Accept-Language": "fr-CA,fr;q=0.9"}).text
		self.assertIn("Que voulez-vous quitter\N{NO-BREAK SPACE}?", asked)
		frappe.db.set_value("Lead", mail.lead, "language", "fr")
		done = call("POST", path, data={"scope": "everything"}).text
		self.assertIn('<html lang="fr" dir="ltr">', done)
		self.assertIn("Vous êtes désinscrit(e)", done)
		self.assertIn("l…@buyer.example ne reçoit plus d&#39;e-mails de notre part.", done)

	def test_the_ready_cadences_are_made_in_french(self):
		"""S12, S15.4: each with its French templates, and fit to be activated."""
		make_account(25)
		for key, ready in library.ready_cadences("fr").items():
			with self.subTest(key):
				if not frappe.db.exists("DocType", ready.module):
					continue
				made = library.install(key, name=unique(ready.name))
				self.keep(made)
				self.assertEqual(made.description, ready.description)
				self.assertEqual(activation.find_faults(definition_of(made)), [])
				french = library.shipped_templates("fr")
				for template in library.templates_of(ready):
					self.keep(frappe.get_doc("Email Template", template))
					subject = frappe.db.get_value("Email Template", template, "subject")
					self.assertEqual(subject, french[template]["subject"])
		offered = {each["key"]: each["name"] for each in cadences.ready_made()}
		self.assertEqual(offered["trade_show"], "Salon professionnel")


def language_of_a_job() -> str:
	return frappe.local.lang


class TestWhoIsSpokenTo(OutboxTestCase):
	"""S15.4: dates and texts are in the language of who reads them, whoever says them."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		write_binary("cadences_app", get_catalog("cadences_app", "fr"), "fr")
		clear_cache()

	def setUp(self) -> None:
		super().setUp()
		was, of_site = frappe.local.lang, frappe.db.get_default("lang")
		self.addCleanup(self.let_the_site_speak, of_site)
		self.addCleanup(setattr, frappe.local, "lang", was)
		keep_sms_settings(self)
		use_gateway("http://127.0.0.1:9/send")

	def let_the_site_speak(self, language: str) -> None:
		frappe.db.set_default("lang", language)
		frappe.db.commit()
		clear_defaults_cache()  # another process may have read it again before the commit

	def test_a_mail_and_a_message_speak_to_their_person(self) -> None:
		template = self.make_template(SAYS, f"<p>{SAYS}</p>")
		mail = self.email(variants=[{"template": template}])
		message = builders.follow_up("sms", "Message", "", "", 0, {"to_field": "mobile_no", "text": SAYS})
		cadence = builders.make_cadence(mail, message)
		french, other, on_french_site = (
			self.make_lead(language=each, mobile_no=new_number()) for each in ("fr", "en", "")
		)
		on_french_site.db_set("language", "")  # ERPNext gave it the site's
		frappe.local.lang = "de"
		enrollments = self.enroll(cadence, french, other)
		self.let_the_site_speak("fr")
		enrollments += self.enroll(cadence, on_french_site)
		for enrollment, language in zip(enrollments, ("fr", "en", "fr"), strict=True):
			day = format_date(getdate(french.creation), "long", locale=language)
			for key in ("mail", "sms"):
				activity = builders.activity(enrollment, key)
				self.assertEqual(activity.activity_doctype, "Communication", activity.reason)
				said = frappe.db.get_value("Communication", activity.activity_name, "content")
				expected = f"{day}: {'Se désinscrire' if language == 'fr' else 'Unsubscribe'}"
				self.assertIn(expected, said, (language, key))

	def test_our_jobs_speak_the_language_of_the_site(self) -> None:
		"""Frappe's workers speak English."""
		self.let_the_site_speak("fr")
		frappe.local.lang = "en"
		self.addCleanup(setattr, frappe.local, "job", None)
		job = f"{__name__}.language_of_a_job"
		said = execute_job(frappe.local.site, job, None, "a job", {}, is_async=False)
		self.assertEqual(said, "fr")
		frappe.local.lang = "en"
		before_job("frappe.ping", {}, "job")
		self.assertEqual(frappe.local.lang, "en")
		scheduled = frappe.db.get_value(
			"Scheduled Job Type", {"method": "cadences_app.runtime.tick.tick"}, "name"
		)
		before_job(job_language.SCHEDULED, {"job_type": scheduled}, "job")
		self.assertEqual(frappe.local.lang, "fr")

	def test_a_notification_speaks_to_its_user(self) -> None:
		builders.make_reps()
		self.addCleanup(self.let_the_rep_read, frappe.db.get_value("User", builders.REP, "language"))
		self.let_the_rep_read("fr")
		lead = self.make_lead(lead_owner=builders.REP)
		[enrollment] = self.send_out(lead)
		tell([(builders.REP, Notice.REPLY.value, enrollment)])
		alert(builders.REP, lambda: frappe._("Unsubscribe"), "Lead", lead.name)
		told = frappe.get_all("Notification Log", {"for_user": builders.REP}, pluck="subject")
		self.assertIn("Se désinscrire", told)
		self.assertTrue(any("a répondu" in each for each in told), told)
		self.assertEqual(frappe.local.lang, "en")

	def let_the_rep_read(self, language: str | None) -> None:
		frappe.db.set_value("User", builders.REP, "language", language)
		frappe.db.commit()  # what the test sends is committed, and this with it
		frappe.clear_document_cache("User", builders.REP)


del OutboxTestCase  # it is the frame of the others and has no test of its own

"""S15.4: the catalogue is what Frappe extracts, and what people read is in their language."""

from datetime import date
from pathlib import Path

import frappe
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from frappe.gettext.translate import get_catalog, get_method_map, write_binary
from frappe.translate import clear_cache

from cadences_app.api import cadences, sentences
from cadences_app.engine.calendar import Delay, Unit
from cadences_app.engine.checking.check import check
from cadences_app.engine.definition import Cadence, Trigger
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Block, Reason
from cadences_app.enrolling import activation, fault_sentences, library, words
from cadences_app.enrolling.form.definition import definition_of
from cadences_app.mail.tracking.tokens import Purpose
from cadences_app.tests import languages
from cadences_app.tests.site.base import SiteTestCase
from cadences_app.tests.site.builders import unique
from cadences_app.tests.site.mailing import MailTestCase, token
from cadences_app.tests.site.requests import call
from cadences_app.tests.site.smtp import make_account

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
		self.assertIn('<html lang="fr">', done)
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

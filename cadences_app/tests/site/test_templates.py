"""One sandbox for every text of a cadence: what a template can say, and what it can't do (S3.11, S14.1a)."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import frappe
from frappe.utils import formatdate

from cadences_app.store import definitions
from cadences_app.store.templates import (
	MergeFieldMissing,
	Row,
	TemplateBroken,
	compile_text,
	fields_used,
	row_of,
)
from cadences_app.tests.site import builders
from cadences_app.tests.site.attacking import Person, told
from cadences_app.tests.site.base import SiteTestCase
from cadences_app.tests.site.sweeping import SweptTestCase

LEAD = {
	"name": "LEAD-1",
	"doctype": "Lead",
	"first_name": "Ada <b>",
	"city": "",
	"annual_revenue": Decimal("1234.5"),
	"creation": datetime(2026, 1, 2, 3, 4),
	"_user_tags": "secret",
}

REFUSED = (
	# a way out
	"{{ doc.__class__.__mro__ }}",
	"{{ ''['__class__'] }}",
	"{{ '' | attr('__class__') }}",
	"{{ frappe.utils.fmt_money(1, 2, [['Currency', 'owner', 'like', 'a%']]) }}",
	"{{ frappe.utils.fmt_money(1, currency={'owner': ('like', 'a%')}) }}",
	"{{ doc.get.__globals__ }}",
	"{{ doc._values }}",
	"{{ _.__globals__ }}",
	"{{ cycler.__init__.__globals__.os }}",
	"{{ '{0.__class__}'.format(doc) }}",
	"{{ '%s' | format(doc) }}",
	"{{ '%s' % doc }}",
	"{{ ['x'] | map('attr', '__class__') | list }}",
	"{% set doc.first_name = 'Eve' %}",
	# other templates and files
	"{% include 'templates/includes/footer/footer.html' %}",
	"{% import 'templates/includes/macros.html' as macros %}",
	"{% extends 'templates/base.html' %}",
	"{% block page %}x{% endblock %}",
	"{% autoescape false %}x{% endautoescape %}",
	# too much
	"{{ 'a' * 10 ** 9 }}",
	"{{ 'x' if 'a' * 10 ** 5 == 'b' }}",
	"{{ 'x' if 10 ** 5 * [1] == [2] }}",
	"{% set a %}{{ '<' * 9999 }}{{ '<' * 9999 }}{{ '<' * 9999 }}{{ '<' * 9999 }}{% endset %}"
	"{{ frappe.utils.strip_html(a) }}",
	"{% set a = '&' * 9999 %}{{ (a ~ a ~ a ~ a ~ a ~ a) | safe }}",
	"{{ 2 ** (2 ** 40) }}",
	"{{ 1e400 }}",
	"{% set ns = namespace(n=3) %}{% for i in range(40) %}{% set ns.n = ns.n * ns.n %}{% endfor %}{{ ns.n }}",
	"{% for i in range(10 ** 9) %}x{% endfor %}",
	"{% for a in range(4000) %}{% for b in range(4000) %}"
	"{% for c in range(4000) %}{% endfor %}{% endfor %}{% endfor %}",
	"{% set ns = namespace(a='xxxxxxxx') %}{% for i in range(99) %}{% set ns.a = ns.a ~ ns.a %}{% endfor %}",
	"{% set ns = namespace(a='xxxxxxxx') %}{% for i in range(99) %}{% set ns.a = ns.a + ns.a %}{% endfor %}",
	"{% set ns = namespace(a='xxxxxxxx') %}{% for i in range(99) %}{% set ns.a %}{{ ns.a }}{{ ns.a }}"
	"{% endset %}{% endfor %}",
	"{% set ns = namespace(a=[1]) %}{% for i in range(99) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}",
	"{% set ns = namespace(a=[1]) %}{% for i in range(99) %}{% set ns.a = ns.a + ns.a %}{% endfor %}",
	"{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
	"{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(90) }}",
	"{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
	"{{ 'x' | center(10 ** 9) }}",
	"{{ 'x' | indent(10 ** 9) }}",
	"{{ [1] | batch(10 ** 9, 'x') | list }}",
	"{{ ('x' * 9999) | replace('x', 'y' * 9999) }}",
	"{{ ('x' * 9999).replace('x', 'y' * 9999) }}",
	"{{ ('x' * 9999).join(('x' * 9999) | list) }}",
	"{{ (['x' * 9999] * 999) | join }}",
	"{{ frappe.utils.fmt_money(1, 10 ** 9) }}",
	"{{ frappe.utils.add_days(doc.creation, 10 ** 12) }}",
	"{{ " + "(" * 400 + "1" + ")" * 400 + " }}",
	"{{ " + "[" * 400 + "]" * 400 + " }}",
	"{{ " + "+".join("1" * 30_000) + " }}",
)

SILENT = (
	"{{ frappe.db.sql('select password from __Auth') }}",
	"{{ frappe.db.get_value('User', 'Administrator', 'api_key') }}",
	"{{ frappe.get_doc('User', 'Administrator').name }}",
	"{{ frappe.get_all('User') }}",
	"{{ frappe.call('frappe.client.get_list', doctype='User') }}",
	"{{ frappe.db.set_value('User', 'x', 'enabled', 0) }}{{ frappe.db.commit() }}",
	"{{ frappe.session.csrf_token }}{{ frappe.form_dict }}{{ frappe.conf }}{{ frappe.local }}",
	"{{ run_script('x') }}{{ json }}{{ FrappeClient('x') }}{{ frappe.qb }}{{ frappe.make_get_request('x') }}",
	"{{ doc.save() }}{{ doc.db_set('x', 1) }}{{ doc.as_dict() }}{{ doc.meta }}{{ doc.flags }}",
	"{{ doc.keys }}{{ doc.clear() }}{{ doc.first_name.format }}{{ self }}{{ caller() }}{{ lipsum() }}",
	"{{ [].append(1) }}{{ dict().update(a=1) }}",
	"{{ 'x'.zfill(9) }}{{ 'x'.encode() }}{{ (1).to_bytes(2) }}{{ doc.creation.replace(year=2000) }}",
)


def filled(source: str, **options: Any) -> str:
	subjects = {"doc": row_of("Lead", LEAD), "owner": Row("User", {"name": "rita@x.example"})}
	return compile_text(source, **options).fill(subjects)


class TestWhatATemplateSays(SiteTestCase):
	def test_the_record_its_owner_and_bare_names(self):
		"""S3.11"""
		self.assertEqual(
			filled("{{ doc.first_name }}, {{ first_name }}, {{ owner }}"), "Ada <b>, Ada <b>, rita@x.example"
		)
		self.assertEqual(filled("{{ doc.get('city') or 'there' }} {{ doc['first_name'] }}"), "there Ada <b>")

	def test_what_is_unknown_or_empty_is_nothing(self):
		"""S3.11"""
		self.assertEqual(filled("[{{ doc.nope }}{{ nope.nope }}{{ doc.city }}{{ contact.phone }}]"), "[]")

	def test_in_a_mail_what_is_unknown_or_empty_is_an_error_that_names_it(self):
		for source in ("{{ doc.city }}", "{{ city | upper }}", "{{ doc.city ~ '!' }}", "{{ citty }}"):
			with self.subTest(source), self.assertRaisesRegex(MergeFieldMissing, "cit"):
				filled(source, is_strict=True)
		self.assertEqual(filled("{{ city or 'there' }}", is_strict=True), "there")

	def test_frappes_names_for_formatting_go_on_working(self):
		day = formatdate(LEAD["creation"])
		for source in (
			"{{ frappe.utils.formatdate(doc.creation) }}",
			"{{ frappe.format(doc.creation, {'fieldtype': 'Date'}) }}",
			"{{ frappe.format_value(doc.creation, 'Date') }}",
		):
			with self.subTest(source):
				self.assertEqual(filled(source), day)
		self.assertIn("234", filled("{{ frappe.utils.fmt_money(doc.annual_revenue) }}"))
		self.assertEqual(filled("{{ frappe.utils.add_days('2026-01-30', 3) }}"), "2026-02-02")

	def test_values_are_escaped_in_html_and_plain_in_a_line(self):
		self.assertEqual(filled("<p>{{ first_name }}</p>", is_html=True), "<p>Ada &lt;b&gt;</p>")
		self.assertEqual(filled("a < {{ first_name }}", is_html=True, is_plain=True), "a &lt; Ada &lt;b&gt;")
		self.assertNotIn("onerror", filled("{{ '<img src=x onerror=alert(1)>' | safe }}", is_html=True))
		own = "{% set d = {'a': '<b>x'} %}{{ d.a }}"
		self.assertEqual(filled(own, is_html=True), "&lt;b&gt;x")

	def test_loops_and_sums(self):
		source = (
			"{% set x = namespace(n=0) %}{% for i in range(4) %}{% set x.n = x.n + i %}{% endfor %}{{ x.n }}"
		)
		self.assertEqual(filled(source), "6")
		self.assertEqual(filled("{{ [1, 2, 3] | sum }} {{ ['b', 'a'] | sort | join(', ') }}"), "6 a, b")
		self.assertEqual(filled("{{ ['b', ['a', none]] | upper }}"), "B, A, ")

	def test_columns_that_frappe_keeps_to_itself_are_not_there(self):
		row = row_of("Lead", LEAD)
		self.assertNotIn("_user_tags", row)

	def test_passwords_and_fields_of_a_permission_level_are_not_there(self):
		"""S14.1a: nothing that only some readers of a record see."""
		secret = [each.fieldname for each in frappe.get_meta("User").fields if each.permlevel]
		row = row_of("User", {"name": "U", "full_name": "Ada", **dict.fromkeys(secret, 1)})
		self.assertTrue(secret)
		self.assertFalse([each for each in secret if each in row])
		self.assertIn("full_name", row)
		self.assertNotIn("password", row_of("Email Account", {"name": "A", "password": "x"}))

	def test_fields_are_found_in_the_source(self):
		source = """{{ doc.a }} {{ doc['b'] }} {{ doc.get('c') }} {{ contact.d.e }} {{ owner.f }} {{ g }}
			{% for row in doc.items %}{{ row.qty }}{{ loop.index }}{% endfor %}{% set own = 1 %}{{ own }}
			{{ frappe.db.get_value('x') }} {{ frappe.utils.nowdate() }}
			{{ unsubscribe_url }} {{ range(3) }}"""
		expected = {
			"doc.a",
			"doc.b",
			"doc.c",
			"doc.items",
			"contact.d",
			"owner.f",
			"g",
			"frappe.db.get_value",
		}
		self.assertEqual(fields_used(source), expected)


class TestWhatATemplateCanNotDo(SiteTestCase):
	def test_what_leads_out_or_costs_too_much_is_refused(self):
		"""S14.1a"""
		for source in REFUSED:
			with self.subTest(source[:80]), self.assertRaises(TemplateBroken):
				filled(source)

	def test_what_reads_or_writes_elsewhere_is_not_there(self):
		"""S14.1a"""
		for source in SILENT:
			with self.subTest(source):
				self.assertEqual(filled(source).strip(), "")

	def test_its_own_lists_stay_as_they_are(self):
		"""What a list or a dict could do to itself grows unseen."""
		self.assertEqual(filled("{% set a = [1] %}{{ a.append(2) }}{{ a.extend([3]) }}{{ a | length }}"), "1")
		self.assertEqual(filled("{% set a = {'x': 1} %}{{ a.pop('x') }}{{ a | length }}"), "1")

	def test_a_filter_that_is_not_there_is_named(self):
		for source in ("{{ 1 | nope }}", "{{ 1 is nope }}"):
			with self.subTest(source), self.assertRaisesRegex(TemplateBroken, "no filter or test nope"):
				filled(source)

	def test_a_template_can_not_change_what_it_is_given(self):
		row = row_of("Lead", LEAD)
		for source in (
			"{% set doc = 1 %}",
			"{{ doc.update({'city': 'X'}) }}",
			"{{ doc.__setitem__('city', 'X') }}",
		):
			try:
				compile_text(source).fill({"doc": row})
			except TemplateBroken:
				pass
		self.assertEqual(row["city"], "")


class TestChildTables(SweptTestCase):
	def test_child_tables_are_read_when_they_are_named_and_once_for_a_batch(self):
		"""S3.11"""
		self.needs("Lead", "Quotation")
		subject = "{% for note in doc.notes %}[{{ note.note }}]{% endfor %} {{ notes | length }}"
		leads = [builders.make_lead() for _number in range(3)]
		for number, lead in enumerate(leads):
			lead.append("notes", {"note": f"n{number}"})
			lead.save()
		cadence = builders.make_cadence(builders.task("look", subject=subject))
		enrollments = builders.enroll(cadence, *leads)
		for number, enrollment in enumerate(enrollments):
			text = builders.made_for(enrollment, "look").description
			self.assertIn(f"[n{number}] 1", text)


class TestAttacks(SweptTestCase):
	"""A user who is only Cadence Manager, over HTTP."""

	def setUp(self) -> None:
		super().setUp()
		self.mallory = Person("mallory@cadences.example", "Cadence Manager", "Sales User")

	def tearDown(self) -> None:
		super().tearDown()
		self.mallory.leave()

	def test_a_task_does_not_read_or_write_what_its_author_may_not(self):
		"""S14.1a: password hashes in a subject, and a role given by one."""
		role = {"doctype": "Has Role", "parent": self.mallory.email, "role": "System Manager"}
		texts = {
			"subject": "{{ frappe.db.sql('select password from __Auth') }}"
			"{{ frappe.db.get_value('User', 'Administrator', 'api_key') }}look",
			"description": "{{ frappe.get_doc(" + str(role) + ").insert() }}{{ frappe.db.commit() }}"
			"{{ frappe.db.set_value('User', doc.owner, 'api_key', 'taken') }}",
		}
		name, lead = builders.unique("Attack"), builders.make_lead()
		row = {"channel": "Task", "title": "Look", "follow_up_key": "f1", **texts}
		made = self.mallory.inserts("Cadence", cadence_name=name, module="Lead", follow_ups=[row])
		self.assertEqual(made.status_code, 200, told(made))
		self.assertEqual(self.mallory.asks("activation.activate", cadence=name).status_code, 417)
		self.enroll_past_the_checks(texts, lead)
		frappe.db.rollback()
		[todo] = frappe.get_all("ToDo", {"reference_name": lead.name}, pluck="description")
		self.assertEqual(todo, "<p><b>look</b></p>")
		self.assertNotIn("System Manager", frappe.get_roles(self.mallory.email))
		self.assertNotEqual(frappe.db.get_value("User", "Administrator", "api_key"), "taken")

	def enroll_past_the_checks(self, texts: dict[str, str], lead: Any) -> None:
		"""As in a version that was published before anybody looked at its texts."""
		cadence = builders.make_cadence(builders.task("look", subject="SUBJECT", description="DESCRIPTION"))
		stored = frappe.db.get_value("Cadence Version", cadence.version, "definition")
		for column, text in texts.items():
			stored = stored.replace(f'"{column.upper()}"', json.dumps(text))
		frappe.db.set_value("Cadence Version", cadence.version, "definition", stored)
		definitions._loaded.clear()
		answer = self.mallory.asks("enrollments.enroll", cadence=cadence.name, names=[lead.name])
		self.assertEqual(answer.json["message"]["enrolled"], 1, told(answer))

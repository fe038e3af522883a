"""Markup that people, mails and servers bring along is kept as text (invariant 11)."""

import json

import frappe
from bs4 import BeautifulSoup

from cadences_app.store import compat, markup
from cadences_app.tests.site.base import SiteTestCase, insert_row, make_cadence

ATTACK = "<img src=x onerror=\"window.taken = 'yes'\"><script>window.taken = 'yes'</script></div>"

RUNS = (
	"<img src=x onerror=alert(1)>",
	"<img/src=x/onerror=alert(1)>",
	'<img src="x"onerror=alert(1)>',
	"<p ONMOUSEOVER\n=alert(1)>",
	"<a href=javascript:alert(1)>x</a>",
	"<a href='java\tscript:alert(1)'>x</a>",
	"<a href='&#106;avascript&colon;alert(1)'>x</a>",
	"<a href='data:text/html,<b>'>x</a>",
	"<scr" + "ipt>alert(1)</script>",
	"<SVG/onload=alert(1)>",
	"<iframe srcdoc='&lt;script&gt;alert(1)&lt;/script&gt;'>",
	"<object data=x>",
	"<math><mtext></table><mglyph><style><img src=x onerror=alert(1)></style>",
	"<base href=//evil.example>",
	'<p>x</p><meta http-equiv="refresh" content="0;url=https://elsewhere.example/">',
	"<META content='0;url=//elsewhere.example' HTTP-EQUIV = Refresh>",
	'<meta http-equiv="&#114;efre&#x73;h" content="1">',
	"<p>x</p><plaintext>",
)
HARMLESS = (
	"<p>Dear Ada, the <b>offer</b> of 3 < 4.</p>",
	'<a href="https://x.example/?utm_content=a&version=2&section=3">look</a>',
	'<a href="mailto:a@x.example?subject=on%20time">write</a>',
	"<style>p { color: red }</style><img src='cid:logo' alt='on = off'>",
	"<p>Our subscription (javascript) is described here.</p>",
	'<meta http-equiv="Content-Type" content="text/html; charset=utf-8"><p>Refresh</p>',
)


class TestWhatIsKept(SiteTestCase):
	def test_no_tag_is_left_in_plain_text(self):
		for text in (*RUNS, ATTACK, "<!--", "<?php", "</a>", "<<img src=x onerror=y>"):
			with self.subTest(text):
				kept = markup.plain(text)
				self.assertNotRegex(kept, r"<(?=[A-Za-z/!?])")
				self.assertEqual(markup.plain(kept), kept)

	def test_addresses_and_sums_stay_as_they_are(self):
		for text in (
			"Ada <ada.b+c@x-y.example>",
			"3 < 4",
			"a <= b",
			"->",
			"no such user <ada@x.example>: gone",
		):
			self.assertEqual(markup.plain(text), text)
		self.assertNotIn("<img", markup.plain("Ada <img/src=x/onerror=alert`1`//@x.example>"))

	def test_html_that_could_run_is_cleaned_and_other_stays_byte_for_byte(self):
		for text in RUNS:
			with self.subTest(text):
				self.assertTrue(markup.could_run(text))
				self.assert_harmless(markup.clean_html(text))
		for text in HARMLESS:
			with self.subTest(text):
				self.assertEqual(markup.clean_html(text), text)

	def assert_harmless(self, text: str) -> None:
		"""As a browser's rules of reading see it."""
		for element in BeautifulSoup(text, "html5lib").find_all():
			self.assertNotIn(element.name, ("script", "iframe", "object", "svg", "math", "base"), text)
			self.assertNotIn("refresh", str(element.attrs.get("http-equiv")).lower(), text)
			for name, value in element.attrs.items():
				self.assertFalse(name.startswith("on") or name == "srcdoc", text)
				self.assertNotRegex("".join(str(value).split()), "(?i)^(javascript:|data:text)", text)

	def test_json_says_the_same(self):
		kept = markup.in_json(json.dumps({"why": ATTACK}))
		self.assertNotIn("<", kept)
		self.assertEqual(json.loads(kept), {"why": ATTACK})

	def test_every_text_column_of_ours_is_cleaned_when_rows_are_written(self):
		"""Also those that are added later: all DocTypes of ours, all columns of theirs."""
		ours = {"name": ("like", "Cadence%"), "issingle": 0, "istable": 0, "custom": 0}
		doctypes = frappe.get_all("DocType", ours, pluck="name")
		self.assertIn("Cadence Incoming Mail", doctypes)
		for doctype in doctypes:
			columns = {
				field.fieldname: json.dumps(ATTACK)
				if field.fieldtype == "JSON"
				else ATTACK[: field.length or 140]
				for field in frappe.get_meta(doctype).fields
				if field.fieldtype in ("Data", "Small Text", "Text", "Long Text", "JSON")
				and not field.is_virtual
			}
			if not columns:
				continue
			with self.subTest(doctype):
				name = insert_row(doctype, **columns)
				self.assert_clean(doctype, name, [*columns])
				compat.update_rows(doctype, {name: columns})
				self.assert_clean(doctype, name, [*columns])
				frappe.db.delete(doctype, {"name": name})

	def assert_clean(self, doctype: str, name: str, columns: list[str]) -> None:
		for column, value in frappe.db.get_value(doctype, name, columns, as_dict=True).items():
			self.assertNotRegex(value, r"<(?=[A-Za-z/!?])", column)

	def test_a_communication_is_cleaned_as_frappe_would(self):
		name = insert_row("Communication", subject=ATTACK, content=f"<p>Hello</p>{ATTACK}")
		subject, content = frappe.db.get_value("Communication", name, ["subject", "content"])
		self.assertNotIn("<img", subject)
		self.assert_harmless(content)
		self.assertIn("<p>Hello</p>", content)

	def test_a_tag_in_quotes_does_not_pass_for_json_on_a_form(self):
		title = '"<img src=x onerror=alert(1)>"'
		row = {"channel": "Task", "subject": "Look", "title": title}
		doc = make_cadence("Quoted", follow_ups=[row], description=title)
		self.assertNotIn("<img", doc.follow_ups[0].title)
		self.assertNotIn("<img", doc.description)

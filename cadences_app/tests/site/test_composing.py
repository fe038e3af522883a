"""What a composed mail is when a mail server has it: text, links, lists, styles, pictures, addresses
(S3.4)."""

import re
from base64 import b64decode
from html import unescape
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

import frappe
from selectolax.lexbor import LexborHTMLParser

from cadences_app.api import trying
from cadences_app.channels import mail_weight
from cadences_app.enrolling import activation
from cadences_app.enrolling.form.definition import definition_of
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import as_user, make_user
from cadences_app.tests.site.outbox import OutboxTestCase
from cadences_app.tests.site.requests import call
from cadences_app.tests.site.smtp import Received, make_account

PNG = b64decode(
	"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class ComposingTestCase(OutboxTestCase):
	def deliver(self, text: str = "", *, subject: str = "Hello", **content: Any) -> Received:
		"""The mail that such a template becomes."""
		if text:
			self.template = self.make_template(subject, text)
		lead = self.make_lead(first_name="Ada")
		(enrollment,) = self.send_out(lead, **content)
		self.work()
		found = self.server.to(lead.email_id)
		self.assertTrue(found, self.mail_of(enrollment).error)
		return found[0]

	def file(
		self, name: str, *, private: int = 1, attached: tuple[str, str] | None = None, content=PNG
	) -> Any:
		doctype, docname = attached or (None, None)
		values = {"file_name": f"{frappe.generate_hash(length=8)}-{name}", "is_private": private}
		values |= {"attached_to_doctype": doctype, "attached_to_name": docname, "content": content}
		return frappe.get_doc({"doctype": "File", **values}).insert()


class LinkTest(ComposingTestCase):
	def test_links_of_every_kind_lead_where_they_were_typed_to_lead(self) -> None:
		typed = [
			"sms:+491?body=Hi", "whatsapp://send?text=Hi", "webcal://shop.example/c.ics", "#offer",
			"mailto:x@shop.example?subject=a&body=b", "tel:+491", "cid:other", "HTTP://Shop.Example/?src=newsletter",
			"https://shop.example/?src=newsletter", "https://shop.example/a?b[]={c}|d^e", "https://shop.example?",
		]  # fmt: skip
		links = "".join(f'<a href="{frappe.utils.escape_html(each)}">x</a> ' for each in typed)
		with patch.dict(frappe.local.conf, {"host_name": "https://crm.example"}):
			mail = self.deliver(
				f"<p>{links}<a href='//cdn.example/x'>y</a><a href='/files/a.pdf?b=c'>z</a></p>"
			)
		activity = frappe.get_last_doc("Cadence Activity", {"recipient": mail.recipient})
		targets = frappe.parse_json(activity.links)
		found = []
		for each in LexborHTMLParser(mail.part("text/html")).css("[data-mail-text] a"):
			tracked = "api.tracking.click" in each.attributes["href"]
			found.append(
				targets[len([one for one in found if one in targets])] if tracked else each.attributes["href"]
			)
		self.assertEqual(found, [*typed, "https://cdn.example/x", "https://crm.example/files/a.pdf?b=c"])

	def test_every_link_opens_what_was_typed_by_the_address_that_people_come_to(self) -> None:
		typed = {
			"https://shop.example/a?b=[1]&amp;c={2}|3^4`5#d?e": None, "https://shop.example?": None,
			"https://shop.example/%2f%5Bx%5d%zz?q=%C3%A9+%20": None,
			"https://shop.example/#/route?x=1#y": None,
			"https://shop.example/?a=1&amp;lt=2&section=3&copy=4": "https://shop.example/?a=1&lt=2&section=3&copy=4",
			"https://shop.example/&#x61;&quot;&apos;&Auml;": "https://shop.example/a\"'%C3%84",
			"https://faß.example/straße": "https://xn--fa-hia.example/stra%C3%9Fe",
			"https://shop.example:8443//a/../b;c='d'": None, "/files/price list ü.pdf?fid=1":
			"https://crm.example/files/price%20list%20%C3%BC.pdf?fid=1", "?": "https://crm.example/?",
		}  # fmt: skip
		links = "".join(f'<a href="{each}">x</a> ' for each in typed)
		outlook = '<!--[if mso]><v:roundrect href="https://shop.example?"></v:roundrect><![endif]-->'
		with patch.dict(frappe.local.conf, {"host_name": "https://crm.example"}):
			mail = self.deliver(f"<map><area href='https://shop.example/area'></map>{links}{outlook}")
		html = mail.part("text/html")
		hrefs = [each.attributes["href"] for each in LexborHTMLParser(html).css("[data-mail-text] [href]")]
		found = [call("GET", each.removeprefix("https://crm.example")).headers["Location"] for each in hrefs]
		expected = [there or unescape(each) for each, there in typed.items()]
		self.assertEqual(found, ["https://shop.example/area", *expected])
		(shown,) = re.findall(r'<v:roundrect href="([^"]*)"', html)
		self.assertEqual(unescape(shown), hrefs[2])
		text = mail.part("text/plain")
		self.assertTrue(
			all(
				f"x ({each})" in text
				for each, there in zip(expected, typed.values(), strict=True)
				if not there
			)
		)

	def test_visible_text_is_never_changed(self) -> None:
		text = "Set src=config and href='x' and url(y); a &amp; b &lt;c&gt; src=\"/z\""
		html = self.deliver(f"<p>{text}</p>").part("text/html")
		self.assertIn("Set src=config and href='x' and url(y); a &amp; b &lt;c&gt; src=\"/z\"", html)


class TextTest(ComposingTestCase):
	def test_the_text_part_is_of_the_whole_mail(self) -> None:
		account = frappe.get_doc("Email Account", self.account.name)
		account.update(
			{"footer": "Seller Ltd<!-- secret -->, 1 Main Street", "send_unsubscribe_message": 1}
		).save()
		frappe.db.commit()
		mail = self.deliver("<h1>Offer</h1><p>See <a href='https://shop.example/?a=1&section=2'>it</a>.</p>")
		text = mail.part("text/plain")
		self.assertIn("Offer\n\nSee it (https://shop.example/?a=1&section=2).", text.replace("\r\n", "\n"))
		self.assertIn("Seller Ltd, 1 Main Street", text)
		self.assertIn("api.tracking.unsubscribe?t=", text)
		self.assertNotIn("api.tracking.open", text)
		self.assertNotIn("secret", text)

	def test_a_template_without_tags_keeps_its_paragraphs(self) -> None:
		mail = self.deliver("Dear {{ doc.first_name }},\n\nhow are you?\nYours")
		html = mail.part("text/html")
		self.assertRegex(html, r"<p[^>]*>Dear Ada,</p>\s*<p[^>]*>how are you\?<br>Yours</p>")

	def test_lists_of_the_editor_keep_bullets_and_numbers(self) -> None:
		items = '<ol><li data-list="bullet"><span class="ql-ui"></span>One</li>'
		items += '<li data-list="ordered"><span class="ql-ui"></span>Two</li></ol>'
		name = builders.unique("Template")
		values = {"doctype": "Email Template", "name": name, "subject": "x", "use_html": 0}
		template = {**values, "response": f'<div class="ql-editor read-mode">{items}</div>'}
		self.template = frappe.get_doc(template).insert().name
		mail = self.deliver()
		html = LexborHTMLParser(mail.part("text/html"))
		self.assertEqual([each.text() for each in html.css("ul > li")], ["One"])
		self.assertEqual([each.text() for each in html.css("ol > li")], ["Two"])
		self.assertIn("disc", html.css_first("ul > li").attributes["style"])
		text = mail.part("text/plain")
		self.assertTrue("* One" in text and "1. Two" in text, text)

	def test_the_templates_style_wins_and_media_queries_stay(self) -> None:
		style = "<style>p { margin: 7px } @media (max-width: 9px) { p { color: red } }</style>"
		html = self.deliver(f'{style}<p>a</p><p style="margin: 3px">b</p>').part("text/html")
		head, body = html.split("</head>")
		self.assertIn("@media (max-width: 9px) { p { color: red } }", head)
		self.assertNotIn("<style", body)
		self.assertEqual(re.findall(r'<p style="margin: (\w+)', body), ["7px", "3px"])

	def test_the_mail_can_be_read_by_everybody(self) -> None:
		html = self.deliver("<p>Hi</p><img src='https://shop.example/a.png'>").part("text/html")
		tree = LexborHTMLParser(html)
		self.assertTrue(tree.css_first("html").attributes["lang"])
		self.assertEqual([each.attributes.get("role") for each in tree.css("table")], ["presentation"] * 4)
		self.assertTrue(all("alt" in each.attributes for each in tree.css("img")))


class PictureTest(ComposingTestCase):
	def pictures(self, mail: Received) -> list[Any]:
		parts = [part for part in mail.message.walk() if part.get_content_maintype() == "image"]
		html = mail.part("text/html")
		for part in parts:
			self.assertIn(f'src="cid:{part["Content-ID"].strip("<>")}"', html)
			self.assertEqual(part.get_content_disposition(), "inline")
		return parts

	def test_a_picture_pasted_into_the_template_travels_with_the_mail(self) -> None:
		file = self.file("shop.png", attached=("Email Template", self.template))
		doc = frappe.get_doc("Email Template", self.template)
		doc.update({"response_html": f'<p>Hi</p><img src="{file.file_url}">', "subject": "x"}).save()
		mail = self.deliver()
		(picture,) = self.pictures(mail)
		self.assertEqual(picture.get_content(), PNG)
		related = [part.get_content_type() for part in mail.message.walk()]
		self.assertEqual(
			related, ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
		)

	def test_a_picture_travels_wherever_the_mail_shows_it(self) -> None:
		file = self.file("größe 1.png", attached=("Email Template", self.template))
		url = file.file_url
		self.assertIn(" ", url)
		html = (
			f'<style>h1 {{ background: url("{url}") }}</style><h1>Hi</h1><table><tr>'
			f'<td background="{url}">x</td></tr>'
			f"</table><!--[if mso]><v:fill src='{url}'/><![endif]-->"
		)
		doc = frappe.get_doc("Email Template", self.template)
		doc.update({"response_html": html, "subject": "x"}).save()
		mail = self.deliver()
		(picture,) = [part for part in mail.message.walk() if part.get_content_maintype() == "image"]
		self.assertEqual(picture.get_filename(), url.rpartition("/")[2])
		shown = f"cid:{picture['Content-ID'].strip('<>')}"
		html = mail.part("text/html")
		self.assertEqual(
			html.count(shown), 4, html
		)  # in the element and in the sheet, behind the cell, in VML
		self.assertNotIn("/private/", html)

	def test_what_nobody_outside_can_open_is_named_on_activation(self) -> None:
		private, public = self.file("terms.txt"), self.file("a ü.png", private=0)
		links = f'<a href="{private.file_url}?fid=1">terms</a><a href="{public.file_url}">picture</a>'
		pictures = f'<img src="{public.file_url}"><img src="/files/no such.png">'
		self.template = self.make_template(
			"x", f"<p>{links}{pictures}<img src='/files/{{{{ doc.name }}}}'></p>"
		)
		with self.assertRaises(activation.CadenceFaulty) as refused:
			builders.make_cadence(self.email())
		said = str(refused.exception)
		self.assertIn(f"links to the private file {private.file_url}", said)
		self.assertIn("the picture /files/no such.png of its template", said)
		self.assertEqual(said.count(self.template), 2, said)

	def test_a_template_with_more_markup_than_a_mail_holds_is_named_on_activation(self) -> None:
		self.template = self.make_template("x", "<div>" * 300 + "Hello")
		with self.assertRaises(activation.CadenceFaulty) as refused:
			builders.make_cadence(self.email())
		self.assertIn("more HTML than a mail holds", str(refused.exception))

	def test_too_much_markup_ends_one_mail_and_not_the_worker(self) -> None:
		"""What a record's field brings is known only when its mail is filled."""
		deep = "{% for each in range(3000) %}<table><tr><td>{% endfor %}{{ doc.first_name }}"
		self.template = self.make_template("Hello", deep)
		(enrollment,) = self.send_out(self.make_lead())
		self.work()
		mail = self.mail_of(enrollment)
		self.assertEqual(mail.delivery, "Failed")
		self.assertIn("elements in one another", mail.error)

	def signed(self, of_user: str | None, /, **account: Any) -> Received:
		"""A mail of the record's owner, who has this signature; its publisher may read no file."""
		builders.make_reps()
		frappe.db.set_value("User", builders.REP, "email_signature", of_user)
		make_account(self.server.port, **account)
		stranger = make_user("pictures-manager@seller.example", "Cadence Manager", "Sales Manager")
		cadence = builders.make_cadence(self.email(sender="Record Owner"))
		frappe.db.set_value("Cadence Version", cadence.version, "published_by", stranger)
		lead = self.make_lead(lead_owner=builders.REP)
		self.enroll(cadence, lead)
		self.work()
		frappe.db.set_value("User", builders.REP, "email_signature", None)
		frappe.db.commit()
		(mail,) = self.server.to(lead.email_id)
		return mail

	def test_a_picture_of_a_users_signature_travels_if_that_user_may_read_it(self) -> None:
		"""S14.1a: wherever the account says that the mail is from."""
		file, secret = self.file("größe 1.png"), self.file("secret.png", content=PNG + b" ")
		shown = (
			f'<p>Rita</p><img src="{quote(file.file_url)}?fid=1" alt="Seller"><img src="{secret.file_url}">'
		)
		mail = self.signed(shown)
		self.assertEqual(self.pictures(mail), [])
		self.assertRegex(mail.part("text/html"), r"Rita</p>\s*Seller")
		for column, value in (("attached_to_name", builders.REP), ("owner", builders.REP)):
			more = {"attached_to_doctype": "User"} if column == "attached_to_name" else {}
			file.db_set({"attached_to_doctype": None, "attached_to_name": None, **more, column: value})
			for by_account in (0, 1):
				with self.subTest(column, by_account=by_account):
					mail = self.signed(shown, always_use_account_email_id_as_sender=by_account)
					self.assertEqual(len(self.pictures(mail)), 1)

	def test_a_picture_of_the_accounts_signature_and_footer_travels(self) -> None:
		logo, seal = self.file("logo.png"), self.file("seal.png", content=PNG + b" ")
		shown = f'<p>Sales</p><img src="{logo.file_url}" alt="Seller">'
		footer = f'<img src="{seal.file_url}" alt="Seal">'
		mail = self.signed(None, add_signature=1, signature=shown, footer=footer)
		names = [part.get_filename() for part in self.pictures(mail)]
		self.assertEqual(names, [seal.file_url.rpartition("/")[2], logo.file_url.rpartition("/")[2]])
		self.assertIn("[Seal]", mail.part("text/plain"))
		for part in self.pictures(mail):  # as RFC 2045 has it: <id@host>, each another
			self.assertRegex(part["Content-ID"], r"^<[^@<>\s]+@[^@<>\s]+>$")

	def test_frappes_embed_is_given_its_source(self) -> None:
		mail = self.deliver('<p>Hi</p><img embed="assets/frappe/images/frappe-favicon.svg">')
		(picture,) = self.pictures(mail)
		self.assertEqual(picture.get_content_type(), "image/svg+xml")

	def test_a_mail_of_one_picture_has_a_text(self) -> None:
		mail = self.deliver(f'<img src="{self.file("a.png", private=0).file_url}">', subject="Spring sale")
		self.assertIn("[Spring sale]", mail.part("text/plain"))
		self.assertIn('alt="Spring sale"', mail.part("text/html"))

	def test_no_file_leaves_that_the_publisher_may_not_read(self) -> None:
		secret = self.file("secret.png")
		sources = [f'src="{secret.file_url}"', f'embed="{secret.file_url}"', 'embed="../site_config.json"']
		sources += ['embed="/private/files/../../site_config.json"', 'embed="assets/../../apps.txt"']
		sources += ['embed="assets/frappe/../../../../../etc/hostname"', 'embed="/etc/hostname"']
		manager = make_user("pictures-manager@seller.example", "Cadence Manager", "Sales Manager")
		doc = frappe.get_doc("Cadence", builders.make_cadence(self.email()).name)
		template = frappe.get_doc("Email Template", self.template)
		template.response_html = "".join(f"<p>a</p><img {each}>" for each in sources)
		template.save()
		with as_user(manager):
			faults = [each for each in activation.find_faults(definition_of(doc)) if "picture" in each]
		self.assertEqual(len(faults), len(sources) - 1, faults)  # the first two are one file
		frappe.db.set_value("Cadence Version", doc.version, "published_by", manager)
		lead = self.make_lead()
		(enrollment,) = self.enroll(doc, lead)
		self.work()
		self.assertEqual(self.mail_of(enrollment).delivery, "Sent", self.mail_of(enrollment).error)
		(mail,) = self.server.to(lead.email_id)
		self.assertEqual(self.pictures(mail), [])
		self.assertNotIn("secret", mail.part("text/html"))


class AddressTest(ComposingTestCase):
	def test_a_reply_to_is_stored_as_it_was_typed(self) -> None:
		typed = "Team <team@seller.example>, Büro Süd <office@seller.example>, x@seller.example"
		doc = frappe.get_doc("Cadence", builders.make_cadence(self.email(reply_to=typed)).name)
		self.assertEqual(doc.follow_ups[0].reply_to, typed)
		doc.save()
		self.assertEqual(doc.reload().follow_ups[0].reply_to, typed)
		mail = self.deliver(reply_to=typed)
		found = [(each.display_name, each.addr_spec) for each in mail.message["Reply-To"].addresses]
		self.assertEqual(
			found,
			[
				("Team", "team@seller.example"),
				("Büro Süd", "office@seller.example"),
				("", "x@seller.example"),
			],
		)

	def test_what_was_stored_escaped_is_read_as_it_was_typed(self) -> None:
		mail = self.deliver(reply_to="Team &lt;team@seller.example&gt;")
		self.assertEqual(mail.message["Reply-To"].addresses[0].addr_spec, "team@seller.example")

	def test_what_is_no_address_is_named_on_activation(self) -> None:
		for typed in (
			"not an address",
			"a@b.example, nobody",
			"Team <team>",
			"x@y.example\nBcc: z@w.example",
		):
			with self.subTest(typed=typed), self.assertRaises(activation.CadenceFaulty) as refused:
				builders.make_cadence(self.email(reply_to=typed))
			self.assertIn("Reply To", str(refused.exception))

	def test_no_markup_is_stored_as_an_address(self) -> None:
		typed = "x <img/src=x/onerror=alert`1`//@x.example>, <script>alert(1)</script>"
		doc = frappe.get_doc("Cadence", builders.make_cadence(self.email()).name)
		for value in typed.split(", "):
			doc.follow_ups[0].reply_to = value
			doc.save()
			self.assertNotIn("<", doc.reload().follow_ups[0].reply_to)


TOKEN = re.compile(r"(?<=[?&]t=)[\w.~-]+|(?<=unsubscribe%20)[\w.~%-]+")


class SampleTest(ComposingTestCase):
	"""S11.2: what one sends to oneself is what would go out."""

	def draft(self, cadence: Any) -> dict[str, Any]:
		return frappe.get_doc("Cadence", cadence.name).as_dict(convert_dates_to_str=True)

	def send_sample(self, cadence: Any, lead: Any) -> tuple[Received, Any]:
		"""The mail, and its row in the Email Queue."""
		before = frappe.get_all("Email Queue", pluck="name")
		told = trying.send_test(self.draft(cadence), "mail", lead.name)
		row = frappe.get_last_doc("Email Queue", {"name": ("not in", [*before, ""])})
		self.assertEqual([each.recipient for each in row.recipients], [told["sent_to"]])
		return Received(row.sender, told["sent_to"], row.message.encode()), row

	def test_it_is_the_mail_that_would_go_out(self) -> None:
		"""Frame, styles, headers, reply-to, pictures, files and text, but for whom it is to and what it
		counts."""
		picture = self.file("logo.png", private=0)
		prices = self.file("prices.txt", content="12 EUR")
		template = "<p>Dear {{ doc.first_name }}, <a href='https://x.example/?a=1'>look</a></p>"
		self.template = self.make_template("Hello", f"{template}<img src='{picture.file_url}'>")
		frappe.db.set_value("Email Account", self.account.name, "send_unsubscribe_message", 1)
		frappe.clear_document_cache("Email Account", self.account.name)
		content = {"attachments": [prices.file_url], "reply_to": "Team <team@seller.example>"}
		silent = {"track_opens": False, "track_clicks": False}
		cadence = builders.make_cadence(self.email(**content), policy=silent)
		lead = self.make_lead(first_name="Ada")
		sample, _row = self.send_sample(cadence, lead)
		self.enroll(cadence, lead)
		self.work()
		[real] = self.server.to(lead.email_id)
		self.assertEqual(sample.message["Subject"], f"[Test] {real.message['Subject']}")
		for name in ("From", "Reply-To"):
			self.assertEqual(str(sample.message[name]), str(real.message[name]))
		self.assertEqual(set(sample.message.keys()), set(real.message.keys()))
		kinds = [[each.get_content_type() for each in mail.message.walk()] for mail in (sample, real)]
		self.assertEqual(*kinds)
		names = [[each.get_filename() for each in mail.message.walk()] for mail in (sample, real)]
		self.assertEqual(*names)
		told = [self.without_tokens(mail.part("text/plain")) for mail in (sample, real)]
		self.assertEqual(*told)
		html = [self.without_tokens(mail.part("text/html")) for mail in (sample, real)]
		self.assertEqual(html[0].replace("[Test] ", ""), html[1])
		self.assertIn("email-unsubscribe", html[0])

	def without_tokens(self, text: str) -> str:
		return re.sub(r"cid:[^\"' ]+", "cid:", TOKEN.sub("T", text))

	def test_nothing_of_it_counts_and_nobody_is_unsubscribed(self) -> None:
		cadence = builders.make_cadence(self.email())
		lead = self.make_lead()
		frappe.db.set_value("Email Account", self.account.name, "send_unsubscribe_message", 1)
		frappe.clear_document_cache("Email Account", self.account.name)
		sample, _row = self.send_sample(cadence, lead)
		html = sample.part("text/html")
		self.assertNotIn("tracking.open", html)
		self.assertNotIn("tracking.click", html)
		self.assertIn("https://seller.example/offer?a=1&amp;b=2", html)
		path = re.search(r"/api/method/cadences_app\.api\.tracking\.unsubscribe\?t=[\w.~-]+", html)[0]
		before = frappe.db.count("Email Unsubscribe"), frappe.db.count("Cadence Suppression")
		answers = [
			call("GET", path),
			call("POST", path, data={"List-Unsubscribe": "One-Click"}),
			call("POST", path, data={"scope": "sequence"}),
		]
		self.assertEqual([each.status_code for each in answers], [404, 404, 404])
		after = frappe.db.count("Email Unsubscribe"), frappe.db.count("Cadence Suppression")
		self.assertEqual(before, after)
		self.assertFalse(frappe.db.exists("Cadence Enrollment", {"reference_name": lead.name}))

	def test_what_could_not_go_out_is_not_sent(self) -> None:
		self.template = self.make_template("Hello", "{{ doc.first_name.upper() }}")
		cadence = builders.make_cadence(self.email())
		frappe.db.set_value("Email Template", self.template, "response_html", "{{ doc.no_such }}")
		frappe.clear_document_cache("Email Template", self.template)
		before = frappe.db.count("Email Queue")
		with self.assertRaises(frappe.ValidationError) as refused:
			trying.send_test(self.draft(cadence), "mail", self.make_lead().name)
		self.assertIn("no_such", str(refused.exception))
		self.assertEqual(frappe.db.count("Email Queue"), before)


class AttachmentTest(ComposingTestCase):
	def test_what_a_file_is_said_to_be_is_what_its_bytes_are(self) -> None:
		"""Files with a charset of their own, mails in a mail and what is packed are bytes to everybody."""
		kinds = {
			"a.pdf": "application/pdf",
			"photos.tar.gz": "application/octet-stream",
			"rows.csv": "application/octet-stream",
			"mail.eml": "application/octet-stream",
			"noending": "application/octet-stream",
		}
		files = [self.file(name, private=0, content=name.encode()) for name in kinds]
		mail = self.deliver(attachments=[each.file_url for each in files])
		found = [(part.get_content_type(), part.get_content()) for part in mail.message.iter_attachments()]
		self.assertEqual(found, [(kind, name.encode()) for name, kind in kinds.items()])


class PrintTest(ComposingTestCase):
	def print_format(self) -> str:
		values = {"doctype": "Print Format", "name": builders.unique("Print"), "doc_type": "Lead"}
		return (
			frappe.get_doc({**values, "custom_format": 1, "print_format_type": "Jinja", "html": "x"})
			.insert()
			.name
		)

	def test_a_print_format_that_is_gone_ends_the_mail_at_once(self) -> None:
		(enrollment,) = self.send_out(self.make_lead(), print_format=self.print_format())
		# Deleting it is refused while a cadence uses it (S15.6): as if it had gone past Frappe.
		frappe.db.delete("Print Format", frappe.get_last_doc("Print Format").name)
		frappe.db.commit()
		self.work()
		self.assertEqual(self.mail_of(enrollment).delivery, "Failed")

	def test_a_print_that_can_not_be_made_right_now_is_tried_again(self) -> None:
		lead = self.make_lead()
		(enrollment,) = self.send_out(lead, print_format=self.print_format())
		with patch("frappe.attach_print", side_effect=OSError("wkhtmltopdf reported an error")):
			self.work()
		mail = self.mail_of(enrollment)
		self.assertEqual((mail.delivery, mail.attempts), ("Queued", 1))
		self.assertIn("wkhtmltopdf", mail.error)
		self.make_due(enrollment)
		with patch("frappe.attach_print", return_value={"fname": "Lead.pdf", "fcontent": b"%PDF"}):
			self.work()
		self.assertEqual(self.mail_of(enrollment).delivery, "Sent")
		(received,) = self.server.to(lead.email_id)
		self.assertEqual([each.get_filename() for each in received.message.iter_attachments()], ["Lead.pdf"])

	def test_a_print_that_can_never_be_made_fails_in_the_end(self) -> None:
		(enrollment,) = self.send_out(self.make_lead(), print_format=self.print_format())
		with patch("frappe.attach_print", side_effect=OSError("broken")):
			for _time in range(30):
				self.work()
				if self.mail_of(enrollment).delivery != "Queued":
					break
				self.make_due(enrollment)
		self.assertEqual(self.mail_of(enrollment).delivery, "Failed")


class UnsubscribeLineTest(ComposingTestCase):
	def test_the_line_can_be_read(self) -> None:
		"""At least 4.5:1 against white (WCAG 2.1, 1.4.3)."""
		make_account(self.server.port, send_unsubscribe_message=1)
		line = LexborHTMLParser(self.deliver("<p>x</p>").part("text/html")).css_first(".email-unsubscribe")
		styles = [line.attributes["style"], line.css_first("a").attributes["style"]]
		for style in styles:
			self.assertGreaterEqual(_contrast_to_white(re.search(r"(?<!-)color: #(\w{6})", style)[1]), 4.5)

	def test_the_line_speaks_the_recipients_language(self) -> None:
		"""S15.4: as the page does that it leads to; a record in the site's own language says nothing."""
		make_account(self.server.port, send_unsubscribe_message=1)
		spoken = (("fr", "Se désabonner", "ltr"), ("ar", "إلغاء الاشتراك", "rtl"), ("", "Unsubscribe", ""))
		for language, word, direction in spoken:
			with self.subTest(language):
				if language:
					values = {"language": language, "source_text": "Unsubscribe", "translated_text": word}
					translation = frappe.get_doc({"doctype": "Translation", **values}).insert()
					self.addCleanup(frappe.db.commit)
					self.addCleanup(frappe.delete_doc, "Translation", translation.name, force=True)
				lead = self.make_lead(language=language or frappe.db.get_default("lang") or "en")
				self.send_out(lead)
				self.work()
				(mail,) = self.server.to(lead.email_id)
				line = LexborHTMLParser(mail.part("text/html")).css_first(".email-unsubscribe")
				self.assertEqual(line.css_first("a").text(), word)
				self.assertEqual(line.attributes.get("lang") or "", language)
				self.assertEqual(line.attributes.get("dir") or "", direction)


def _contrast_to_white(color: str) -> float:
	"""The ratio of WCAG 2.1."""
	channels = [int(color[at : at + 2], 16) / 255 for at in (0, 2, 4)]
	linear = [each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
	return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


class WeightTest(ComposingTestCase):
	"""Gmail shows the first 102 KB of a mail's HTML (S11.2)."""

	def test_the_weight_is_that_of_the_mail_that_goes_out(self) -> None:
		text = "<p>" + "word " * 5000 + "</p>"
		mail = self.deliver(text)
		weighed = mail_weight.weigh("Hello", text, self.account.name)
		self.assertAlmostEqual(weighed, len(mail.part("text/html").encode()), delta=500)

	def test_a_mail_that_gmail_would_cut_off_is_named(self) -> None:
		"""S1.6: on activation, and when it is tried."""
		self.template = self.make_template("x", "<p>" + "word " * 25_000 + "</p>")
		cadence = definition_of(frappe.get_doc("Cadence", builders.make_cadence(self.email()).name))
		(warning,) = mail_weight.heavy_mails(cadence)
		self.assertIn(self.template, warning)
		self.assertIn("102 KB", warning)
		self.template = self.make_template("x", "<p>short</p>")
		light = definition_of(frappe.get_doc("Cadence", builders.make_cadence(self.email()).name))
		self.assertEqual(mail_weight.heavy_mails(light), [])

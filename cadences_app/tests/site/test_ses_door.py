"""Notices of Amazon SES that come by SNS over HTTP: signed by a certificate made here (S4.1, S14.2)."""

import json
import tempfile
from base64 import b64encode
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import frappe
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from freezegun import freeze_time

from cadences_app.mail.receiving import certificates
from cadences_app.mail.understanding import sns
from cadences_app.store import clock
from cadences_app.tests.site import builders
from cadences_app.tests.site.mailing import MailTestCase, SentMail
from cadences_app.tests.site.requests import call

PATH = "/api/method/cadences_app.api.webhooks.ses"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:bounces"
NAME = "SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
CERTIFICATE = f"https://sns.eu-central-1.amazonaws.com/{NAME}"
SUBSCRIBE = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=x&Token=y"
SIGNED = {
	"Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
	"SubscriptionConfirmation": (
		"Message",
		"MessageId",
		"SubscribeURL",
		"Timestamp",
		"Token",
		"TopicArn",
		"Type",
	),
}


class Signer:
	"""A key and its certificate, valid for two days."""

	def __init__(self, days: int = 1) -> None:
		self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
		name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
		today = datetime.now(timezone.utc)
		made = (
			x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self.key.public_key())
		)
		made = made.serial_number(x509.random_serial_number())
		made = made.not_valid_before(today - timedelta(days=9)).not_valid_after(today + timedelta(days=days))
		self.pem = made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

	def sign(self, told: dict[str, str]) -> dict[str, str]:
		algorithm = hashes.SHA1() if told["SignatureVersion"] == "1" else hashes.SHA256()
		signed = "".join(f"{key}\n{told[key]}\n" for key in SIGNED[told["Type"]] if key in told)
		signature = self.key.sign(signed.encode(), padding.PKCS1v15(), algorithm)
		return told | {"Signature": b64encode(signature).decode()}


def notice(message: Any = "{}", **fields: str) -> dict[str, str]:
	return {
		"Type": "Notification",
		"MessageId": builders.unique("sns"),
		"TopicArn": TOPIC,
		"Message": message if isinstance(message, str) else json.dumps(message),
		"Timestamp": stamp(datetime.now(timezone.utc)),
		"SignatureVersion": "2",
		"SigningCertURL": CERTIFICATE,
		**fields,
	}


def stamp(moment: datetime) -> str:
	return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class SesDoorTest(MailTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.signer = Signer()

	def setUp(self) -> None:
		super().setUp()
		folder = tempfile.TemporaryDirectory()
		self.addCleanup(folder.cleanup)
		(Path(folder.name) / NAME).write_bytes(self.signer.pem)
		self.folder = Path(folder.name)
		self.was = frappe.db.get_single_value("Cadence Settings", "ses_topics")
		self.set_topics(TOPIC)
		site_config = Path(frappe.get_site_path("site_config.json"))
		config = site_config.read_text()
		self.addCleanup(site_config.write_text, config)
		site_config.write_text(json.dumps(json.loads(config) | {certificates.FOLDER: folder.name}))

	def tearDown(self) -> None:
		frappe.db.rollback()
		self.set_topics(self.was or "")
		super().tearDown()

	def set_topics(self, topics: str) -> None:
		frappe.db.set_single_value("Cadence Settings", "ses_topics", topics)
		frappe.clear_document_cache("Cadence Settings", "Cadence Settings")
		frappe.db.commit()

	def post(self, told: dict[str, str]) -> int:
		body = json.dumps(told)
		return call("POST", PATH, data=body, content_type="text/plain; charset=UTF-8").status_code

	def bounce_of(self, mail: SentMail) -> dict[str, Any]:
		person = {
			"emailAddress": mail.recipient,
			"status": "5.1.1",
			"diagnosticCode": "smtp; 550 5.1.1 unknown",
		}
		header = {"name": "Message-ID", "value": f"<{mail.message_id}>"}
		return {
			"notificationType": "Bounce",
			"bounce": {"bounceType": "Permanent", "bouncedRecipients": [person]},
			"mail": {"headers": [header], "commonHeaders": {}},
		}

	def test_a_bounce_counts_once(self) -> None:
		mail = self.send()
		told = self.signer.sign(notice(self.bounce_of(mail)))
		self.assertEqual([self.post(told), self.post(told)], [204, 204])
		self.assertEqual([each.outcome.value for each in mail.events()], ["Bounced"])
		self.assertTrue(frappe.db.exists("Cadence Suppression", mail.recipient))

	def test_the_older_signature_is_read_too(self) -> None:
		mail = self.send()
		told = self.signer.sign(notice(self.bounce_of(mail), SignatureVersion="1", Subject="Hello"))
		self.assertEqual(self.post(told), 204)
		self.assertEqual(len(mail.events()), 1)

	def test_what_is_not_genuine_is_refused(self) -> None:
		mail = self.send()
		good = notice(self.bounce_of(mail))
		signed = self.signer.sign(good)
		old = stamp(datetime.now(timezone.utc) - timedelta(days=1, minutes=1))
		early = stamp(datetime.now(timezone.utc) + timedelta(hours=1))
		elsewhere = (
			f"https://evil.example/{NAME}",
			f"http://sns.eu-central-1.amazonaws.com/{NAME}",
			f"https://sns.eu-central-1.amazonaws.com.evil.example/{NAME}",
			f"https://evil.example#sns.eu-central-1.amazonaws.com/{NAME}",
			f"https://sns.eu-central-1.amazonaws.com@evil.example/{NAME}",
			f"https://sns.eu-central-1.amazonaws.com/bucket/{NAME}",
			f"https://s3.eu-central-1.amazonaws.com/{NAME}",
			"https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-../../etc/passwd.pem",
		)
		refused = {
			"another message": signed | {"Message": "{}"},
			"half a character": signed | {"Message": "\ud800"},
			"another topic": self.signer.sign(good | {"TopicArn": TOPIC + "x"}),
			"another key": Signer().sign(good),
			"too old": self.signer.sign(good | {"Timestamp": old}),
			"too early": self.signer.sign(good | {"Timestamp": early}),
			"another version": signed | {"SignatureVersion": "3"},
			"no signature": good,
			"no base64": signed | {"Signature": "é"},
			"no certificate": self.signer.sign(
				good | {"SigningCertURL": CERTIFICATE.replace("0123", "4567")}
			),
			"no type": signed | {"Type": "Else"},
			**{each: self.signer.sign(good | {"SigningCertURL": each}) for each in elsewhere},
		}
		for what, told in refused.items():
			with self.subTest(what):
				self.assertEqual(self.post(told), 403)
		for body in (b"", b"[]", b"{", b"\xff", b"{}" + b" " * 400_000):
			self.assertEqual(call("POST", PATH, data=body, content_type="text/plain").status_code, 403)
		self.assertEqual(mail.events(), [])

	def test_in_the_hour_that_comes_twice_a_notice_is_not_from_the_future(self) -> None:
		"""When summer time ends, the site's own clock lies an hour behind Amazon's."""
		zone = frappe.db.get_single_value("System Settings", "time_zone")
		self.addCleanup(self.move_to, zone)
		self.move_to("Europe/Berlin")
		for hour in (0, 1):  # both are half past two in Berlin
			with freeze_time(datetime(2025, 10, 26, hour, 30)):
				signer = Signer()
				(self.folder / NAME).write_bytes(signer.pem)
				self.assertEqual(self.post(signer.sign(notice())), 204)

	def move_to(self, zone: str) -> None:
		frappe.db.set_single_value("System Settings", "time_zone", zone)
		frappe.db.commit()
		frappe.clear_cache()

	def test_without_topics_nothing_is_believed(self) -> None:
		self.set_topics("")
		self.assertEqual(self.post(self.signer.sign(notice())), 403)

	def test_an_expired_certificate_is_none(self) -> None:
		expired = Signer(days=-1)
		(self.folder / NAME).write_bytes(expired.pem)
		self.assertEqual(self.post(expired.sign(notice())), 403)
		(self.folder / NAME).write_bytes(b"no certificate")
		self.assertEqual(self.post(self.signer.sign(notice())), 403)

	def test_a_subscription_is_confirmed_at_amazon_alone(self) -> None:
		asked = notice(Type="SubscriptionConfirmation", Token="t", SubscribeURL=SUBSCRIBE)
		fetch = certificates.fetch
		frappe.local.conf = frappe._dict(frappe.conf, **{certificates.FOLDER: str(self.folder)})
		found = sns.read(json.dumps(self.signer.sign(asked)).encode(), [TOPIC], clock.now(), fetch)
		self.assertEqual((found.kind, found.subscribe_url), (sns.Kind.SUBSCRIPTION, SUBSCRIBE))
		for url in (
			"https://evil.example/?Action=ConfirmSubscription&Token=y",
			SUBSCRIBE.replace(".com/", ".com.evil.example/"),
			SUBSCRIBE.replace("https", "http"),
			SUBSCRIBE.replace("ConfirmSubscription", "Unsubscribe"),
			SUBSCRIBE + "\nHost: x",
		):
			with self.subTest(url):
				self.assertEqual(self.post(self.signer.sign(asked | {"SubscribeURL": url})), 403)

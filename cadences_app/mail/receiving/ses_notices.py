"""Notices of Amazon SES that come by HTTP, taken in as those that come by mail (S4.1)."""

from email.message import EmailMessage

from frappe.utils import getdate

from cadences_app.mail.receiving import answers
from cadences_app.mail.receiving.answers import ReceivedMail
from cadences_app.mail.understanding.classify import classify
from cadences_app.mail.understanding.references import read_references
from cadences_app.store import clock, definitions

SENDER = "no-reply@sns.amazonaws.com"


def take_in(text: str, id: str) -> int:
	"""Act on what SES says; returns of how many of our mails it speaks. `id` names the notice."""
	if not definitions.modules():
		return 0
	message = EmailMessage()
	message["From"] = SENDER
	message["Subject"] = "Amazon SES"
	message.set_content(text)
	verdict = classify(message, getdate())
	matches = answers.match_answer(verdict, read_references(message), clock.now())
	received = ReceivedMail(
		key=answers.key_of(id),
		message_id=id,
		sender=SENDER,
		email_account="",
		at=clock.now(),
		verdict=verdict,
		matches=matches,
	)
	answers.act(received)
	return len(matches)

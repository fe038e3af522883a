"""Messages written for tests, in the ways that people and mail systems write."""

from datetime import date

from cadences_app.mail.understanding.classify import Verdict, classify

TODAY = date(2026, 11, 23)
OURS = "rep@sales.example"


def letter(text: str = "Yes, please.", **headers: str) -> bytes:
	"""A message as bytes; underscores in header names stand for hyphens, "" leaves a header out."""
	fields = {"From": "Ada Example <ada@buyer.example>", "To": OURS, "Subject": "Re: A question"} | headers
	head = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in fields.items() if value)
	return f"{head}\n{text}".encode()


def parts(*bodies: str, kind: str = "multipart/mixed", **headers: str) -> bytes:
	"""A multipart; each body brings its own head."""
	text = "".join(f"--b1\n{body}\n" for body in bodies) + "--b1--\n"
	return letter(text, MIME_Version="1.0", Content_Type=f"{kind}; boundary=b1", **headers)


def plain(text: str) -> str:
	return f"Content-Type: text/plain; charset=utf-8\n\n{text}"


def returned(recipient: str = "gone@buyer.example", **headers: str) -> str:
	fields = {"From": OURS, "To": recipient, "Subject": "A question", "Message-ID": "<act-1@sales.example>"}
	head = "".join(f"{name}: {value}\n" for name, value in (fields | headers).items())
	return f"Content-Type: message/rfc822\n\n{head}\nShall we talk?"


def status(*blocks: str) -> str:
	listed = "\n\n".join(("Reporting-MTA: dns; mx.example", *blocks))
	return f"Content-Type: message/delivery-status\n\n{listed}\n"


def block(recipient: str, code: str = "5.1.1", said: str = "550 5.1.1 unknown user", **fields: str) -> str:
	more = "".join(f"\n{name.replace('_', '-')}: {value}" for name, value in fields.items())
	final = f"Final-Recipient: rfc822; {recipient}\n" if recipient else ""
	return f"{final}Action: failed\nStatus: {code}\nDiagnostic-Code: smtp; {said}{more}"


def report(*bodies: str, **headers: str) -> bytes:
	heads = {
		"From": "Mail Delivery System <MAILER-DAEMON@mx.example>",
		"Subject": "Undelivered Mail",
	} | headers
	return parts(*bodies, kind="multipart/report; report-type=delivery-status", **(heads | headers))


def judge(raw: bytes) -> Verdict:
	return classify(raw, TODAY)

"""Header values that are safe to put into a mail, whatever people typed (RFC 5322).

Many releases of `email` let a line break through that hides in an encoded word (RFC 2047): a subject of
`=?utf-8?q?x=0D=0ABcc:...?=` becomes two headers. So no text of ours keeps one.
"""

import email.policy
import re
from collections.abc import Sequence
from email.utils import formataddr
from urllib.parse import quote

from cadences_app.mail.links import is_safe_target

HEADER_POLICY = email.policy.SMTP.clone(max_line_length=998)
"""Builds messages whose headers are folded only beyond the 998 characters that RFC 5322 allows.

With the usual 78, `email` writes a word that is longer than a line, such as an unsubscribe URL or a
Message-ID of Exchange, as an encoded word, and no mail client can read it any more.
"""
_LONGEST_VALUE = 900
_LONGEST_URL = 450
_MOST_REFERENCES = 20

_BREAKS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_ENCODED_WORD = "=?"
_UNFIT_IN_BRACKETS = re.compile(r"[<>,]")
_ADDRESS_PUNCTUATION = re.compile(r'[()<>\[\]:;@\\,"\s]+')
_LOCAL_PART = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
_DOMAIN = re.compile(
	r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*"
)
_AMBIGUOUS_IN_IDNA = re.compile("[ßẞς\u200c\u200d]")
_MESSAGE_ID = re.compile(r"[!-;=?-~]{1,250}")


def clean_header(value: str) -> str:
	"""The text on one line: runs of spaces, line breaks and control characters become one space.

	What could begin an encoded word is broken up, so that it is shown as it was typed and decodes to nothing.
	"""
	return _BREAKS.sub(" ", value).replace(_ENCODED_WORD, "= ?").strip()


def check_address(address: str) -> str:
	"""The one bare address, its domain in ASCII (IDNA); ValueError for anything else.

	Refused: several addresses, a name with it, quoted local parts, non-ASCII local parts (they need
	SMTPUTF8 all the way), and domains that IDNA 2003 and 2008 turn into different ones.
	"""
	local_part, at, domain = address.strip(" ").rpartition("@")
	if not domain.isascii():
		if _AMBIGUOUS_IN_IDNA.search(domain):
			raise ValueError("write this address's domain in its xn-- form")
		domain = domain.encode("idna").decode("ascii")
	if len(local_part) > 64 or len(local_part) + 1 + len(domain) > 254:
		raise ValueError("the email address is longer than RFC 5321 allows")
	is_plain = _LOCAL_PART.fullmatch(local_part) and _ENCODED_WORD not in local_part
	if not at or not is_plain or not _DOMAIN.fullmatch(domain):
		raise ValueError("not a single plain email address")
	return f"{local_part}@{domain}"


def clean_address(display_name: str, address: str) -> str:
	"""The value of From, To or Reply-To for one person: the name quoted or encoded as needed.

	ValueError for what is not one plain address. A name can hold anything; one that isn't ASCII loses its
	punctuation with a meaning in addresses: many releases of `email` decode an encoded name and write it
	back without quotes, so that a name of `x@y.example, é` becomes a recipient. A dot before such a name
	they can't read back at all.
	"""
	name = clean_header(display_name)
	if not name.isascii():
		name = _ADDRESS_PUNCTUATION.sub(" ", name).strip().lstrip(". ")
	return formataddr((name, check_address(address)))


def list_unsubscribe_headers(url: str, mailto: str | None = None) -> dict[str, str]:
	"""List-Unsubscribe (RFC 2369) and, for an https URL, List-Unsubscribe-Post (RFC 8058).

	`mailto` is a bare address. RFC 8058 wants both headers covered by the mail's DKIM signature, which is
	the mail server's part. ValueError for a URL or an address that can't stand there.
	"""
	is_plain = url.isascii() and not _UNFIT_IN_BRACKETS.search(url) and _ENCODED_WORD not in url
	if not is_plain or len(url) > _LONGEST_URL or not is_safe_target(url):
		raise ValueError("the unsubscribe URL is not a plain http(s) URL, or too long")
	value = f"<{url}>"
	if mailto:
		value += f", <mailto:{quote(check_address(mailto), safe='@+')}?subject=unsubscribe>"
	headers = {"List-Unsubscribe": value}
	if url.lower().startswith("https:"):
		headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
	return headers


def thread_headers(message_ids: Sequence[str]) -> dict[str, str]:
	"""In-Reply-To and References for an answer to the last of these mails, the oldest first (RFC 5322).

	Brackets may be missing. What is no Message-ID is left out: an old mail's fault must not stop a new one.
	At most 20 are named, and no more than fit on a line: the thread's first and the latest ones.
	"""
	bare = (message_id.strip().removeprefix("<").removesuffix(">") for message_id in message_ids)
	known = list(dict.fromkeys(f"<{message_id}>" for message_id in bare if _is_message_id(message_id)))
	if not known:
		return {}
	first, *rest = known
	room = _LONGEST_VALUE - len(first)
	latest: list[str] = []
	for message_id in reversed(rest):
		room -= len(message_id) + 1
		if room < 0 or len(latest) == _MOST_REFERENCES - 1:
			break
		latest.insert(0, message_id)
	return {"In-Reply-To": known[-1], "References": " ".join([first, *latest])}


def _is_message_id(text: str) -> bool:
	"""Looked at loosely, as other programs write them; but an encoded word could smuggle a line break in."""
	return bool(_MESSAGE_ID.fullmatch(text)) and _ENCODED_WORD not in text

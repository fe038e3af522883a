"""Header values and addresses that are safe to put into a mail, whatever people typed (RFC 5322).

Many releases of `email` let a line break through that hides in an encoded word (RFC 2047): a subject of
`=?utf-8?q?x=0D=0ABcc:...?=` becomes two headers. So no text of ours keeps one.
"""

import re
from email.utils import formataddr, getaddresses
from html import unescape

ENCODED_WORD = "=?"
_BREAKS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_ADDRESS_PUNCTUATION = re.compile(r'[()<>\[\]:;@\\,"\s]+')
_NAME_PUNCTUATION = re.compile(r'[()<>\[\]:;@\\,"&]+')
_QUOTED = re.compile(r'"(?:[^"\\]|\\.){0,300}"')
_OUTSIDE_QUOTES = re.compile(rf"({_QUOTED.pattern})|;")
_MEANS_MORE = re.compile(r"[:\x00-\x1f\x7f]")
_USUAL_ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+", re.ASCII)
_LOCAL_PART = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
_DOMAIN = re.compile(
	r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*"
)
_AMBIGUOUS_IN_IDNA = re.compile("[ßẞς\u200c\u200d]")


def clean_header(value: str) -> str:
	"""The text on one line: runs of spaces, line breaks and control characters become one space.

	What could begin an encoded word is broken up, so that it is shown as it was typed and decodes to nothing.
	"""
	return _BREAKS.sub(" ", value).replace(ENCODED_WORD, "= ?").strip()


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
	is_plain = _LOCAL_PART.fullmatch(local_part) and ENCODED_WORD not in local_part
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


def read_addresses(text: str) -> list[tuple[str, str]]:
	"""One or several people as somebody typed them, with or without names: each as (name, address).

	ValueError where something in it is no address. Names may stand with or without quotes; what Frappe has
	escaped to store it is read as it was typed. A semicolon parts people as a comma does.
	"""
	typed = _OUTSIDE_QUOTES.sub(lambda found: found[1] or ",", unescape(text).strip())
	if _MEANS_MORE.search(_QUOTED.sub("", typed)):
		raise ValueError("not a list of email addresses")
	people = [(clean_header(name), address) for name, address in getaddresses([typed])]
	if not people or any(not address or address not in typed for _name, address in people):
		raise ValueError("not a list of email addresses")
	return [(name, check_address(address)) for name, address in people]


def write_addresses(people: list[tuple[str, str]]) -> str:
	"""The people as `read_addresses` reads them back, with nothing in it that means something in HTML: names
	lose their punctuation, and an address of unusual signs stands without its name."""
	return ", ".join(
		_write_person(" ".join(_NAME_PUNCTUATION.sub(" ", name).split()), address) for name, address in people
	)


def tidy_addresses(text: str) -> str:
	"""What somebody typed as addresses, in the form in which it is stored; what can't be read as addresses
	loses only what could be taken for HTML."""
	try:
		return write_addresses(read_addresses(text))
	except ValueError:
		return " ".join(re.sub(r"[<>]", " ", unescape(text)).split())


def _write_person(name: str, address: str) -> str:
	return f"{name} <{address}>" if name and _USUAL_ADDRESS.fullmatch(address) else address

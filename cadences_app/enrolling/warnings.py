"""What to say of a cadence that works, but not as well as it could (S1.6, S11.2)."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from frappe import _

from cadences_app.channels.mail_weight import heavy_mails
from cadences_app.engine.definition import Cadence
from cadences_app.enrolling.text_faults import links_in, texts_of

_EXAMPLE = re.compile(r"(?:.{0,250}\.)?(?:example(?:\.(?:com|net|org))?|invalid)")
"""Hosts that lead nowhere, kept for examples (RFC 2606)."""


def warnings_of(cadence: Cadence) -> list[str]:
	"""A sentence each, as plain text: mails that are not shown whole, and links that were never filled in."""
	return [*heavy_mails(cadence), *_examples(cadence)]


def _examples(cadence: Cadence) -> Iterator[str]:
	"""The ready-made templates link to example.com until somebody puts their own addresses in."""
	texts = dict(text for each in cadence.follow_ups for text in texts_of(each.content) if text[0])
	for template, source in texts.items():
		link = next(filter(_is_example, links_in(source)), "")
		if link:
			told = _("Email Template {0}: it links to {1}, an address for examples. Put yours in.")
			yield told.format(template, link)


def _is_example(link: str) -> bool:
	try:
		host = urlsplit(link).hostname
	except ValueError:
		return False
	return bool(host and _EXAMPLE.fullmatch(host))

"""Who opened the mail or followed the link: a person, or a machine on the way to one (S4.2).

Machines that say so, or behave like none of us, are marked; the others can't be told apart from people by
one request. What counts is the settings' affair: by default only a PERSON starts anything.

Gmail's image proxy is a case of its own. It hides who asks, but it asks when a person opens the mail, so
it is marked as PROXY like the rest and `VisitVerdict.follows_an_opening` tells that there is a person behind
it. Apple's proxy fetches the images of every mail on arrival, whether it is read or not.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from cadences_app.engine.stored_enum import StoredEnum

SOONEST_PERSON = 2.0
"""Seconds after the hand-over in which no person can have received, seen and opened a mail."""
SWEEP_SECONDS = 5.0
"""Seconds in which a person follows one link of a mail, hardly two, and never all of many."""
SWEEP_LINKS = 5
"""So many different links in SWEEP_SECONDS are a sweep, even if the mail has more."""


class Visitor(StoredEnum):
	"""What kind of visitor it was."""

	PERSON = "Person"
	SCANNER = "Scanner"
	PROXY = "Mail Proxy"
	PREFETCH = "Prefetch"


class VisitReason(StoredEnum):
	"""What gave the visitor away."""

	NOTHING_SUSPICIOUS = "Nothing Suspicious"
	METHOD = "Method"
	PREFETCH_HEADER = "Prefetch Header"
	NO_USER_AGENT = "No User Agent"
	SECURITY_PRODUCT = "Security Product"
	PROGRAM = "Program"
	LINK_PREVIEW = "Link Preview"
	GMAIL_PREFETCH = "Gmail Prefetch"
	TOO_SOON = "Too Soon"
	GMAIL_PROXY = "Gmail Proxy"
	YAHOO_PROXY = "Yahoo Proxy"
	APPLE_PRIVACY = "Apple Mail Privacy Protection"
	SWEEP = "All Links At Once"


@dataclass(frozen=True)
class VisitVerdict:
	"""Who it was, and how that shows."""

	visitor: Visitor
	reason: VisitReason

	@property
	def follows_an_opening(self) -> bool:
		"""Whether a person has opened the mail, in their own client or behind a proxy that waits for that."""
		return self.visitor is Visitor.PERSON or self.reason in _PROXIES_THAT_WAIT


_PERSON = VisitVerdict(Visitor.PERSON, VisitReason.NOTHING_SUSPICIOUS)
_PROXIES_THAT_WAIT = frozenset({VisitReason.GMAIL_PROXY, VisitReason.YAHOO_PROXY})

# Caches and scanners probe with HEAD; a browser that follows a link or loads an image never does.
_READING_METHODS = frozenset({"GET", "POST"})

_PREFETCH_HEADERS = {
	"purpose": ("prefetch", "preview"),
	"sec-purpose": ("prefetch", "prerender"),
	"x-purpose": ("prefetch", "preview"),
	"x-moz": ("prefetch",),
}

# What Gmail sends while a session is open and a mail arrives: Edge 12 with a second "Mozilla/5.0" behind it.
_GMAIL_PREFETCH_ENDING = "chrome/42.0.2311.135 safari/537.36 edge/12.246 mozilla/5.0"
_APPLE_PRIVACY_AGENT = "mozilla/5.0"
_APPLE_NETWORKS = tuple(map(ip_network, ("17.0.0.0/8", "2620:149::/32", "2403:300::/32", "2a01:b740::/32")))

_SECURITY_PRODUCTS = re.compile(
	r"\b(?:avanan|barracuda|bingpreview|bitdefender|checkpoint|cisco|cloudmark|fireeye|forcepoint|fortimail"
	r"|fortinet|ironport|kaspersky|mcafee|messagelabs|microsoft defender|mimecast|palo ?alto|proofpoint"
	r"|safelinks?|sophos|symantec|trellix|trend ?micro|urldefense|vade ?secure|websense|zscaler)",
)
_PROGRAMS = re.compile(
	r"^(?:java|ruby|php|perl|python|node|axios|got|undici)\b|\b(?:curl|wget|httpie|java|okhttp|lwp)/"
	r"|python-(?:requests|urllib|httpx)|aiohttp|go-http-client|node-fetch|libwww-perl|apache-httpclient"
	r"|headlesschrome|phantomjs|electron/|puppeteer|playwright|selenium|(?:(?<!cu)bot|crawler|spider)\b"
)
_LINK_PREVIEWS = re.compile(
	r"existence discovery|protocol discovery|skypeuripreview|outlook link preview|outlook-?image-?proxy"
	r"|slack-imgproxy|slackbot-linkexpanding|facebookexternalhit|whatsapp/|telegrambot|linkedinbot|discordbot"
)

_AGENT_RULES = (
	(_SECURITY_PRODUCTS, VisitVerdict(Visitor.SCANNER, VisitReason.SECURITY_PRODUCT)),
	(_LINK_PREVIEWS, VisitVerdict(Visitor.PREFETCH, VisitReason.LINK_PREVIEW)),
	(_PROGRAMS, VisitVerdict(Visitor.SCANNER, VisitReason.PROGRAM)),
)
_PROXY_RULES = (
	(re.compile("googleimageproxy|ggpht"), VisitVerdict(Visitor.PROXY, VisitReason.GMAIL_PROXY)),
	(re.compile("yahoomailproxy"), VisitVerdict(Visitor.PROXY, VisitReason.YAHOO_PROXY)),
)


def judge_visit(
	method: str, headers: Mapping[str, str], ip: str, seconds_since_sent: float | None = None
) -> VisitVerdict:
	"""Who asked for the pixel or followed the link, by one request alone.

	Header names in any case. `seconds_since_sent` counts from the hand-over to the mail server; None if that
	isn't known. What the request says about itself comes before its time, the time before the proxies: no
	proxy that waits for a person asks within two seconds.
	"""
	if method.upper() not in _READING_METHODS:
		return VisitVerdict(Visitor.SCANNER, VisitReason.METHOD)
	by_name = {name.lower(): value.lower() for name, value in headers.items()}
	for name, signs in _PREFETCH_HEADERS.items():
		if any(sign in by_name.get(name, "") for sign in signs):
			return VisitVerdict(Visitor.PREFETCH, VisitReason.PREFETCH_HEADER)
	agent = " ".join(by_name.get("user-agent", "").split())
	verdict = _judge_agent(agent)
	if verdict:
		return verdict
	if seconds_since_sent is not None and seconds_since_sent < SOONEST_PERSON:
		return VisitVerdict(Visitor.SCANNER, VisitReason.TOO_SOON)
	return _judge_proxy(agent, ip) or _PERSON


def judge_clicks(clicks: Sequence[tuple[int, float]], links_total: int) -> VisitVerdict:
	"""Who followed the links of one mail, by all clicks of it: (link's number, seconds on any clock).

	SCANNER when within five seconds all its links were followed, two at least, or five different ones. The
	same link twice is a double click. The order of the clicks doesn't matter.
	"""
	needed = max(2, min(links_total, SWEEP_LINKS))
	in_time = sorted(clicks, key=lambda click: click[1])
	first = 0
	for last, (_number, seconds) in enumerate(in_time):
		while seconds - in_time[first][1] > SWEEP_SECONDS:
			first += 1
		if len({number for number, _seconds in in_time[first : last + 1]}) >= needed:
			return VisitVerdict(Visitor.SCANNER, VisitReason.SWEEP)
	return _PERSON


def _judge_agent(agent: str) -> VisitVerdict | None:
	if not agent:
		return VisitVerdict(Visitor.SCANNER, VisitReason.NO_USER_AGENT)
	if agent.endswith(_GMAIL_PREFETCH_ENDING):
		return VisitVerdict(Visitor.PREFETCH, VisitReason.GMAIL_PREFETCH)
	return next((verdict for words, verdict in _AGENT_RULES if words.search(agent)), None)


def _judge_proxy(agent: str, ip: str) -> VisitVerdict | None:
	"""Apple's proxy gives nothing but "Mozilla/5.0", from its own or from a partner's network."""
	if agent == _APPLE_PRIVACY_AGENT or _is_apple(ip):
		return VisitVerdict(Visitor.PROXY, VisitReason.APPLE_PRIVACY)
	return next((verdict for words, verdict in _PROXY_RULES if words.search(agent)), None)


def _is_apple(ip: str) -> bool:
	try:
		address = ip_address(ip.strip())
	except ValueError:
		return False
	return any(address in network for network in _APPLE_NETWORKS)

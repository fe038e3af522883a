"""Machines that open and click are told from people (S4.2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadences_app.mail.tracking.scanners import Visitor, VisitReason, judge_clicks, judge_visit

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
PERSONS_IP = "192.0.2.7"


@pytest.mark.parametrize(
	"agent",
	[
		CHROME,
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
		"Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Thunderbird/115.12.0",
		"Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17531; Pro)",
		"Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/AP1A)",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0",
		"Mozilla/5.0 (Linux; Android 14; CUBOT X70) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36",
	],
)
@pytest.mark.parametrize("seconds", [None, 2.0, 60.0])
def test_a_person(agent: str, seconds: float | None) -> None:
	verdict = judge_visit("GET", {"User-Agent": agent}, PERSONS_IP, seconds)
	assert (verdict.visitor, verdict.reason) == (Visitor.PERSON, VisitReason.NOTHING_SUSPICIOUS)
	assert verdict.follows_an_opening


@pytest.mark.parametrize(
	("agent", "visitor", "reason"),
	[
		("", Visitor.SCANNER, VisitReason.NO_USER_AGENT),
		("  ", Visitor.SCANNER, VisitReason.NO_USER_AGENT),
		("BarracudaCentral/1.0", Visitor.SCANNER, VisitReason.SECURITY_PRODUCT),
		(CHROME + " Proofpoint", Visitor.SCANNER, VisitReason.SECURITY_PRODUCT),
		("Mimecast URL Protect", Visitor.SCANNER, VisitReason.SECURITY_PRODUCT),
		("Microsoft Defender for Office 365", Visitor.SCANNER, VisitReason.SECURITY_PRODUCT),
		("Mozilla/5.0 (compatible; SafeLinks)", Visitor.SCANNER, VisitReason.SECURITY_PRODUCT),
		("Mozilla/5.0 (Windows NT 6.1) BingPreview/1.0b", Visitor.SCANNER, VisitReason.SECURITY_PRODUCT),
		("Symantec Web Security", Visitor.SCANNER, VisitReason.SECURITY_PRODUCT),
		("Cisco-ESA", Visitor.SCANNER, VisitReason.SECURITY_PRODUCT),
		("Sophos Email", Visitor.SCANNER, VisitReason.SECURITY_PRODUCT),
		("TrendMicro/2", Visitor.SCANNER, VisitReason.SECURITY_PRODUCT),
		("FireEye", Visitor.SCANNER, VisitReason.SECURITY_PRODUCT),
		("Trellix ETP", Visitor.SCANNER, VisitReason.SECURITY_PRODUCT),
		("Forcepoint", Visitor.SCANNER, VisitReason.SECURITY_PRODUCT),
		("curl/8.5.0", Visitor.SCANNER, VisitReason.PROGRAM),
		("Wget/1.21", Visitor.SCANNER, VisitReason.PROGRAM),
		("python-requests/2.32", Visitor.SCANNER, VisitReason.PROGRAM),
		("Go-http-client/2.0", Visitor.SCANNER, VisitReason.PROGRAM),
		("Java/17.0.2", Visitor.SCANNER, VisitReason.PROGRAM),
		("okhttp/4.12.0", Visitor.SCANNER, VisitReason.PROGRAM),
		(CHROME.replace("Chrome/", "HeadlessChrome/"), Visitor.SCANNER, VisitReason.PROGRAM),
		("Mozilla/5.0 (compatible; Googlebot/2.1)", Visitor.SCANNER, VisitReason.PROGRAM),
		("Microsoft Office Existence Discovery", Visitor.PREFETCH, VisitReason.LINK_PREVIEW),
		("Mozilla/5.0 (WOW64) SkypeUriPreview Preview/0.5", Visitor.PREFETCH, VisitReason.LINK_PREVIEW),
		("Slackbot-LinkExpanding 1.0", Visitor.PREFETCH, VisitReason.LINK_PREVIEW),
		(
			"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
			" Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0",
			Visitor.PREFETCH,
			VisitReason.GMAIL_PREFETCH,
		),
		(GMAIL, Visitor.PROXY, VisitReason.GMAIL_PROXY),
		("YahooMailProxy; https://help.yahoo.com/", Visitor.PROXY, VisitReason.YAHOO_PROXY),
		("Mozilla/5.0", Visitor.PROXY, VisitReason.APPLE_PRIVACY),
	],
)
def test_a_machine_that_says_so(agent: str, visitor: Visitor, reason: VisitReason) -> None:
	verdict = judge_visit("GET", {"User-Agent": agent}, PERSONS_IP, 3600)
	assert (verdict.visitor, verdict.reason) == (visitor, reason)


def test_no_headers_at_all_is_a_scanner() -> None:
	assert judge_visit("GET", {}, PERSONS_IP).reason is VisitReason.NO_USER_AGENT


def test_gmails_and_yahoos_proxies_follow_an_opening_and_apples_does_not() -> None:
	def follows(agent: str) -> bool:
		return judge_visit("GET", {"user-agent": agent}, PERSONS_IP, 600).follows_an_opening

	assert follows(GMAIL) and follows("YahooMailProxy")
	assert not follows("Mozilla/5.0") and not follows("curl/8")


@pytest.mark.parametrize("method", ["HEAD", "head", "OPTIONS", "PROPFIND", ""])
def test_only_get_and_post_read(method: str) -> None:
	verdict = judge_visit(method, {"User-Agent": CHROME}, PERSONS_IP, 600)
	assert (verdict.visitor, verdict.reason) == (Visitor.SCANNER, VisitReason.METHOD)


@pytest.mark.parametrize(
	("name", "value"),
	[
		("Purpose", "prefetch"),
		("Sec-Purpose", "prefetch;prerender"),
		("SEC-PURPOSE", "prefetch;anonymous-client-ip"),
		("X-Moz", "prefetch"),
		("X-Purpose", "preview"),
		("x-purpose", "Preview"),
	],
)
def test_a_prefetch_that_says_so(name: str, value: str) -> None:
	verdict = judge_visit("GET", {"User-Agent": CHROME, name: value}, PERSONS_IP, 600)
	assert (verdict.visitor, verdict.reason) == (Visitor.PREFETCH, VisitReason.PREFETCH_HEADER)


@pytest.mark.parametrize(
	("seconds", "visitor"),
	[(-5, Visitor.SCANNER), (0, Visitor.SCANNER), (1.9, Visitor.SCANNER), (2, Visitor.PERSON)],
)
def test_nobody_reads_before_the_mail_is_there(seconds: float, visitor: Visitor) -> None:
	assert judge_visit("GET", {"User-Agent": CHROME}, PERSONS_IP, seconds).visitor is visitor


def test_gmails_proxy_in_no_time_follows_nobody() -> None:
	verdict = judge_visit("GET", {"User-Agent": GMAIL}, PERSONS_IP, 0.5)
	assert verdict.reason is VisitReason.TOO_SOON and not verdict.follows_an_opening


@pytest.mark.parametrize(
	("ip", "visitor"),
	[
		("17.58.1.2", Visitor.PROXY),
		(" 17.255.255.255 ", Visitor.PROXY),
		("2620:149::1", Visitor.PROXY),
		("18.0.0.1", Visitor.PERSON),
		("", Visitor.PERSON),
		("unknown", Visitor.PERSON),
		("17.58.1.2.3", Visitor.PERSON),
	],
)
def test_apples_network(ip: str, visitor: Visitor) -> None:
	assert judge_visit("GET", {"User-Agent": CHROME}, ip, 600).visitor is visitor


@given(st.text(), st.dictionaries(st.text(), st.text()), st.text(), st.one_of(st.none(), st.floats()))
def test_judging_a_visit_never_raises(
	method: str, headers: dict[str, str], ip: str, seconds: float | None
) -> None:
	assert judge_visit(method, headers, ip, seconds).visitor in Visitor


@pytest.mark.parametrize(
	("clicks", "links_total", "visitor"),
	[
		([], 3, Visitor.PERSON),
		([(0, 10.0)], 1, Visitor.PERSON),
		([(0, 10.0), (0, 10.1), (0, 10.2)], 1, Visitor.PERSON),
		([(0, 10.0), (1, 11.0)], 3, Visitor.PERSON),
		([(0, 10.0), (1, 11.0)], 2, Visitor.SCANNER),
		([(0, 10.0), (1, 15.0)], 2, Visitor.SCANNER),
		([(0, 10.0), (1, 15.1)], 2, Visitor.PERSON),
		([(2, 12.0), (0, 10.0), (1, 11.0)], 3, Visitor.SCANNER),
		([(0, 0.0), (1, 4.0), (2, 8.0)], 3, Visitor.PERSON),
		([(0, 0.0), (0, 100.0), (1, 101.0), (2, 102.0)], 3, Visitor.SCANNER),
		([(number, number / 2) for number in range(5)], 40, Visitor.SCANNER),
		([(number, number / 2) for number in range(4)], 40, Visitor.PERSON),
	],
)
def test_all_links_at_once_is_a_sweep(
	clicks: list[tuple[int, float]], links_total: int, visitor: Visitor
) -> None:
	assert judge_clicks(clicks, links_total).visitor is visitor


@given(st.lists(st.tuples(st.integers(0, 6), st.floats(0, 60)), max_size=12), st.integers(0, 7), st.randoms())
def test_the_order_of_arrival_changes_nothing(clicks, links_total, random) -> None:  # type: ignore[no-untyped-def]
	shuffled = random.sample(clicks, len(clicks))
	assert judge_clicks(shuffled, links_total) == judge_clicks(clicks, links_total)

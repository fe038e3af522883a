"""Whether the receiving server marked the sender as forged (S4.1a, RFC 8601)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadences_app.mail.understanding.references import read_references


def read(*results: str) -> bool:
	lines = "".join(f"Authentication-Results: {each}\n" for each in results)
	return read_references(f"{lines}From: ada@buyer.example.com\n\nHi".encode()).is_forged


@pytest.mark.parametrize(
	"result",
	[
		"mx.sales.example; dmarc=fail (p=NONE sp=NONE dis=NONE) header.from=buyer.example.com",
		"mx.sales.example;\n\tspf=pass smtp.mailfrom=x@evil.example;\n\tdkim=none;\n\tdmarc=fail action=none",
		"spf=fail (sender IP is 192.0.2.9) smtp.mailfrom=buyer.example.com; dkim=none (message not signed)"
		" header.d=none;dmarc=fail action=oreject header.from=buyer.example.com;compauth=fail reason=000",
		"mx.sales.example 1; DMARC = FAIL",
		"mx.sales.example; dkim=pass (dmarc=pass (really)) header.d=evil.example; dmarc=fail",
		'mx.sales.example; auth=pass reason="dmarc=pass; dmarc=pass"; dmarc=fail',
	],
)
def test_the_receiving_server_says_so(result):
	assert read(result)


@pytest.mark.parametrize(
	"result",
	[
		"mx.sales.example; dmarc=pass (p=reject) header.from=buyer.example.com",
		"mx.sales.example; none",
		"mx.sales.example; spf=fail smtp.mailfrom=x; dkim=fail; dmarc=none",
		"mx.sales.example; dmarc=temperror",
		"mx.sales.example; dmarc=bestguesspass",
		"mx.sales.example; dkim=pass (dmarc=fail) header.d=buyer.example.com",
		'mx.sales.example; auth=pass reason="; dmarc=fail"; dmarc=pass',
		"mx.sales.example; dkim=pass (a (b); dmarc=fail) header.d=buyer.example.com; dmarc=pass",
		"mx.sales.example; x-dmarc=fail",
		"",
	],
)
def test_it_does_not_say_so(result):
	assert not read(result)


def test_without_a_result_nothing_is_known():
	assert not read()


def test_the_results_of_the_first_server_count_and_no_others():
	"""Who forges can write what they like, but below what the receiving server puts on top."""
	assert read("mx.sales.example; dmarc=fail", "mx.sales.example; dmarc=pass", "evil.example; dmarc=pass")
	assert read("mx.sales.example; spf=pass", "mx.sales.example; dkim=none", "MX.sales.example; dmarc=fail")
	assert not read("mx.sales.example; dmarc=pass", "list.example; dmarc=fail")


@given(st.lists(st.text(alphabet='dmarc=fpsi;() "\\x', max_size=60), max_size=4))
def test_any_text_has_an_answer(results):
	assert read(*results) in (True, False)

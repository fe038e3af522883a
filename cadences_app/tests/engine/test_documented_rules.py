"""docs/rules.md tells every rule that is cited, and names tests that exist."""

from cadences_app.tests import rules

TESTS = {(module, name) for module, _owner, name in rules.tests()}
MODULES = {module for module, _name in TESTS}


def test_every_rule_that_is_cited_is_told():
	untold = {number: files for number, files in rules.cited().items() if number not in rules.told()}
	assert not untold


def test_every_rule_is_told_once_and_in_order():
	told = rules.told()
	assert len(told) == len(set(told))
	assert told == sorted(told, key=_place)


def test_every_test_that_is_named_exists():
	"""`python -m cadences_app.tests.rules --write` names them anew."""
	named = rules.named()
	assert len(named) > 100
	gone = {(module, name) for module, name in named if name != rules.ALL} - TESTS
	assert not gone
	assert {module for module, name in named if name == rules.ALL} <= MODULES


def test_a_range_names_every_rule_in_it():
	assert rules.numbers_in("(S3.4 to S3.6, S4.1a and invariant 5)") == {
		"S3.4",
		"S3.5",
		"S3.6",
		"S4.1a",
		"Invariant 5",
	}


def test_what_is_no_rule_is_not_taken_for_one():
	assert rules.numbers_in("version 15.55, S3, PS4.10, RFC 8058") == set()


def _place(number):
	if number.startswith("Invariant"):
		return 99, int(number.split()[1]), ""
	section, _dot, rule = number[1:].partition(".")
	digits = rule.rstrip("abc") or "0"
	return int(section), int(digits), rule[len(digits) :]

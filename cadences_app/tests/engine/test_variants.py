"""Variants fall as their weights say, and everybody keeps theirs (S3.4)."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadences_app.engine.variants import pick_variant

weight_lists = st.lists(st.integers(0, 1000), min_size=1, max_size=8).filter(any)


@given(weight_lists, st.text())
def test_a_key_keeps_its_variant_and_no_weight_means_nobody(weights: list[int], key: str) -> None:
	picked = pick_variant(weights, key)
	assert weights[picked] > 0
	assert pick_variant(list(weights), key) == picked


@pytest.mark.parametrize("weights", [(1, 1), (70, 20, 10), (0, 3, 0, 1), (1, 1, 1, 1, 1)])
def test_the_shares_are_those_of_the_weights(weights: tuple[int, ...]) -> None:
	people = 5000
	counts = Counter(pick_variant(weights, f"follow-up-1:lead-{number}") for number in range(people))
	for index, weight in enumerate(weights):
		assert counts[index] / people == pytest.approx(weight / sum(weights), abs=0.025)


def test_another_follow_up_mixes_the_people_anew() -> None:
	first = [pick_variant((1, 1), f"a:{number}") for number in range(400)]
	second = [pick_variant((1, 1), f"b:{number}") for number in range(400)]
	assert 120 < sum(one == other for one, other in zip(first, second, strict=True)) < 280


def test_the_choice_is_the_same_on_every_machine_and_release() -> None:
	picked = {key: pick_variant((2, 1, 1), key) for key in ("anna", "bob", "çelik", "", "\ud800")}
	assert picked == {"anna": 0, "bob": 1, "çelik": 1, "": 2, "\ud800": 1}


@pytest.mark.parametrize("weights", [(), (0,), (0, 0, 0), (1, -1), (-1,), (5, -2, 0)])
def test_weights_that_choose_nobody_are_refused(weights: tuple[int, ...]) -> None:
	with pytest.raises(ValueError):
		pick_variant(weights, "anna")

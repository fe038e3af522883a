"""S9.5: which stages a record takes its chain to."""

import pytest

from cadences_app.journeys.way import Present, first_stages, stages_entered


def stage(*following: str, is_first: bool = False) -> dict:
	return {"next": list(following), "is_first": is_first}


SALE = {
	"lead": stage("order", is_first=True),
	"order": stage("delivered", is_first=True),
	"delivered": stage("returned"),
	"returned": stage("order", "delivered"),
}
OTHER = {"is_own": False, "has_left": False}


@pytest.mark.parametrize(
	("present", "met", "was_in", "entered"),
	[
		(Present("lead", **OTHER), {"order"}, set(), ["order"]),
		(Present("lead", **OTHER), {"delivered"}, set(), []),
		(Present("lead", **OTHER), {"order", "delivered"}, set(), ["order", "delivered"]),
		(Present("delivered", **OTHER), {"order"}, set(), []),
		(Present("returned", **OTHER), {"order"}, set(), ["order"]),
		(Present("returned", **OTHER), {"delivered"}, {"delivered"}, []),
		(Present("lead", is_own=True, has_left=False), {"lead"}, {"lead"}, []),
		(Present("lead", is_own=True, has_left=True), {"lead"}, set(), ["lead"]),
		(Present("lead", is_own=False, has_left=True), {"lead"}, set(), []),
		(Present("a stage that is gone", **OTHER), {"order"}, set(), []),
	],
)
def test_the_way_goes_on_as_the_stages_allow(present, met, was_in, entered):
	assert stages_entered(SALE, present, met, was_in) == entered


def test_a_record_that_meets_a_whole_circle_goes_round_once():
	circle = {"a": stage("b", is_first=True), "b": stage("c"), "c": stage("a")}
	assert first_stages(circle, set(circle)) == ["a", "b", "c"]


def test_only_stages_that_may_begin_do():
	assert first_stages(SALE, {"delivered", "returned"}) == []
	assert first_stages(SALE, {"order", "delivered"}) == ["order", "delivered"]

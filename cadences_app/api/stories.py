"""The stories of a cadence (S1.10), run on the form as it stands on the screen.

Needs *write* on the cadence, or *create* for a new one; a story of a record that the user may not read is not
run for them.
"""

import frappe

from cadences_app.api.answers.cadences import StoriesRun
from cadences_app.api.builder import unsaved
from cadences_app.api.calling import whitelist
from cadences_app.cadences_app.doctype.cadence import drafts
from cadences_app.engine.reading import DefinitionError
from cadences_app.enrolling import stories


@whitelist(methods=["POST"])
def run(doc: dict | str) -> StoriesRun:
	"""Run all of them. `summary` says how many hold; each of `stories`, in the form's order, `holds` or not,
	with its `differences` in words, the `problem` that kept it from being run, and what happened now, to be
	`expected` from now on."""
	draft = unsaved(doc)
	try:
		told = stories.run_all(draft, drafts.read(draft))
	except DefinitionError as error:
		frappe.throw(drafts.describe(error))
	return {
		"summary": stories.summary(told),
		"holding": sum(each.holds for each in told),
		"stories": [
			{
				"title": each.title,
				"is_required": each.is_required,
				"holds": each.holds,
				"was_run": each.was_run,
				"differences": list(each.differences),
				"problem": each.problem,
				"expected": each.expected,
			}
			for each in told
		],
	}

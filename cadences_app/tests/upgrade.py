"""A site at an earlier commit, with people under way, is migrated to this checkout: is everything as it was?

    python upgrade.py BENCH COMMIT    on a bench of its own, as `on_bench.py` lays it out

What ran before runs on: nothing is lost or done twice, keys and figures are there.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import on_bench

CHECKOUT = on_bench.CHECKOUT
BEGIN = f"import frappe, json; frappe.init({on_bench.SITE!r}, sites_path='.'); frappe.connect(); "
BEGIN += "frappe.set_user('Administrator')\n"

FILL = """
from cadences_app.enrolling import control
from cadences_app.engine.events import PauseRequested, StopRequested
from cadences_app.runtime import scheduled
from cadences_app.tests.site import builders
leads = [builders.make_lead(email_id=f"person{number}@company{number % 7}.example") for number in range(40)]
cadence = builders.make_cadence(
	builders.task("look"), builders.call("ring", days=1), builders.task("last", "look", days=3)
)
enrollments = builders.enroll(cadence, *leads)
frappe.db.commit()
of_ten = {"reference_name": ("in", [each.name for each in leads[:10]])}
for name in frappe.get_all("ToDo", of_ten, pluck="name"):
	frappe.get_doc("ToDo", name).update({"status": "Closed"}).save()
control.ask(enrollments[10:14], PauseRequested())
control.ask(enrollments[14:18], StopRequested())
frappe.db.commit()
scheduled.work()
frappe.db.commit()
"""
TELL = """
fields = ["name", "reference_name", "status", "run", "active_key", "cadence_version", "error", "next_due_at"]
told = {
	"enrollments": frappe.get_all("Cadence Enrollment", {}, fields, order_by="name", limit_page_length=0),
	"activities": frappe.get_all("Cadence Activity", {}, ["name", "enrollment", "run", "follow_up", "status",
		"activity_name", "due_at"], order_by="name", limit_page_length=0),
	"todos": frappe.get_all("ToDo", {"cadence_activity": ("is", "set")}, pluck="name", order_by="name",
		limit_page_length=0),
	"events": frappe.db.count("Cadence Event"),
}
print("TOLD" + json.dumps(told, default=str))
"""
CHECK = """
from datetime import timedelta
from freezegun import freeze_time
from cadences_app.reports import figures
from cadences_app.runtime import scheduled
from cadences_app.store.live import LIVE_STATUSES
faults = []
if +figures.kept() != +figures.recount():
	faults.append("the figures are not as counted")
live = {"status": ("in", LIVE_STATUSES)}
for column in ("active_key", "person_key", "company_key"):
	missing = frappe.get_all("Cadence Enrollment", {**live, column: ("is", "not set")}, pluck="name")
	if missing:
		faults.append(f"{len(missing)} live enrollments have no {column}")
with freeze_time(frappe.utils.now_datetime() + timedelta(days=2), tick=True):
	scheduled.work()
with freeze_time(frappe.utils.now_datetime() + timedelta(days=9), tick=True):
	scheduled.work()
frappe.db.commit()
rows = frappe.get_all("Cadence Activity", {"status": "Carried Out"},
	["enrollment", "follow_up", "run"], limit_page_length=0)
done = [(row.enrollment, row.follow_up, row.run) for row in rows]
if len(done) != len(set(done)):
	faults.append("something is done twice")
active = frappe.get_all("Cadence Enrollment", {"status": "Active"}, pluck="name")
for follow_up in ("look", "ring"):
	missing = set(active) - {row.enrollment for row in rows if row.follow_up == follow_up}
	if missing or not active:
		faults.append(f"{follow_up} is not done for {len(missing)} of {len(active)}")
errors = frappe.get_all("Cadence Enrollment", {"error": ("!=", "")}, pluck="error")
faults += errors[:3]
if +figures.kept() != +figures.recount():
	faults.append("the figures are not as counted after more was done")
print("TOLD" + json.dumps(faults))
"""


def run(bench: on_bench.Bench, script: str) -> object:
	done = subprocess.run(
		[str(bench.python), "-c", BEGIN + script],
		cwd=bench.sites,
		env=bench.environment,
		capture_output=True,
		text=True,
	)
	told = [line for line in done.stdout.splitlines() if line.startswith("TOLD")]
	if done.returncode:
		sys.exit(f"{done.stdout[-2000:]}{done.stderr[-4000:]}")
	return json.loads(told[-1].removeprefix("TOLD")) if told else None


def main(origin: Path, commit: str) -> int:
	with tempfile.TemporaryDirectory(prefix="cadences-upgrade-") as folder:
		earlier = Path(folder).resolve() / "earlier"
		subprocess.run(["git", "clone", "-q", "--no-checkout", str(CHECKOUT), str(earlier)], check=True)
		subprocess.run(["git", "-C", str(earlier), "checkout", "-q", commit], check=True)
		on_bench.CHECKOUT = earlier
		bench = on_bench.Bench(origin, Path(folder).resolve() / "bench")
		site = on_bench.Site(bench)
		try:
			bench.lay_out()
			site.make()
			run(bench, FILL)
			before = run(bench, TELL)
			app = bench.root / "apps" / "cadences_app"
			app.unlink()
			app.symlink_to(CHECKOUT)
			bench.environment["PYTHONPATH"] = str(CHECKOUT)
			bench.frappe("--site", on_bench.SITE, "migrate")
			after = run(bench, TELL)
			faults = run(bench, CHECK)
		finally:
			site.drop()
			bench.stop()
	faults = [f"{key} are not what they were" for key in before if before[key] != after[key]] + faults
	print("\n".join([*faults, f"{len(before['enrollments'])} enrollments, {len(faults)} faults"]), flush=True)
	return 1 if faults else 0


if __name__ == "__main__":
	sys.exit(main(Path(sys.argv[1]).resolve(), sys.argv[2]))

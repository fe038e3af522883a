#!/usr/bin/env bash
# Two of the ready cadences over a list of leads: on a virtual clock, or with --bench on a real site.
set -euo pipefail
cd "$(dirname "$0")"

SEED=7
FROM=2025-03-03
VENV=.venv-demo
REPORT=demo_report.html

usage() {
	cat <<'TEXT'
Usage: ./demo.sh [--seed N] [--from YYYY-MM-DD]
       ./demo.sh --bench DIR [--site SITE]

Without options: installs the package into .venv-demo, runs the trade show and the outbound cadence
over cadences_app/library/demo/leads.csv on a virtual clock, with answers drawn from a seed, and writes
demo_report.html. Nothing is sent.

With --bench: installs the app into that bench's site and makes the leads, cadences and enrollments
there. Without --site it is the bench's default site.
TEXT
}

say() {
	if [ -t 1 ]; then
		printf '\033[1m== %s\033[0m\n' "$*"
	else
		printf '== %s\n' "$*"
	fi
}

fail() {
	echo "$*" >&2
	exit 1
}

find_python() {
	local candidate
	for candidate in python3 python3.14 python3.13 python3.12 python3.11 python3.10; do
		if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
			echo "$candidate"
			return
		fi
	done
	return 1
}

make_environment() {
	local python
	if ! "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then
		python=$(find_python) || fail "Python 3.10 or later is needed, as python3."
		say "Making a virtual environment in $VENV with $("$python" --version)"
		rm -rf "$VENV"
		"$python" -m venv "$VENV" ||
			fail "The venv module is missing; on Debian and Ubuntu: apt install python3-venv"
	fi
	say "Installing the package into $VENV"
	"$VENV/bin/python" -m pip install --quiet --disable-pip-version-check . ||
		fail "pip could not install the package; see above."
	if ! "$VENV/bin/python" -c 'import zoneinfo; zoneinfo.ZoneInfo("Europe/Berlin")' 2>/dev/null; then
		say "This machine knows no time zones: installing them"
		"$VENV/bin/python" -m pip install --quiet --disable-pip-version-check tzdata
	fi
}

simulate() {
	make_environment
	say "Forty leads, two cadences, on a virtual clock from $FROM, answers from seed $SEED"
	# -I: the installed package, not the folder that this script stands in
	PYTHONIOENCODING=utf-8:replace "$VENV/bin/python" -I -m cadences_app.cli simulate \
		cadences_app/library/trade_show.json \
		cadences_app/library/outbound_qualification.json \
		--records cadences_app/library/demo/leads.csv \
		--seed "$SEED" --from "$FROM" --html "$REPORT"
	say "Done. Open $REPORT in a browser; it needs no network."
}

default_site() {
	"$(find_python)" - "$1" <<'PYTHON'
import json, pathlib, sys

sites = pathlib.Path(sys.argv[1], "sites")
named = sites / "currentsite.txt"
config = sites / "common_site_config.json"
found = named.read_text().strip() if named.exists() else ""
found = found or (json.loads(config.read_text()).get("default_site", "") if config.exists() else "")
print(found)
PYTHON
}

install_on_bench() {
	local bench_dir site source
	source=$PWD
	bench_dir=$(cd "$1" 2>/dev/null && pwd) || fail "$1 is no folder."
	[ -d "$bench_dir/apps/frappe" ] || fail "$bench_dir is no bench: it has no apps/frappe."
	command -v bench >/dev/null || fail "The bench command is not on the PATH."
	site=${2:-$(default_site "$bench_dir")}
	[ -n "$site" ] || fail "The bench has no default site; name one with --site."
	[ -d "$bench_dir/sites/$site" ] || fail "The bench has no site $site."
	cd "$bench_dir"
	if [ ! -e apps/cadences_app ]; then
		say "Getting the app from $source"
		bench get-app "$source"
	fi
	if ! bench --site "$site" list-apps | grep -q '^cadences_app\b'; then
		say "Installing the app on $site"
		bench --site "$site" install-app cadences_app
	fi
	say "Making the demo's leads, cadences and enrollments on $site"
	bench --site "$site" execute cadences_app.demo.install_demo
}

bench_dir="" site=""
while [ $# -gt 0 ]; do
	case $1 in
	--bench | --site | --seed | --from)
		[ $# -ge 2 ] || fail "$1 needs a value. See ./demo.sh --help"
		case $1 in
		--bench) bench_dir=$2 ;;
		--site) site=$2 ;;
		--seed) SEED=$2 ;;
		--from) FROM=$2 ;;
		esac
		shift 2
		;;
	-h | --help)
		usage
		exit 0
		;;
	*)
		usage >&2
		exit 2
		;;
	esac
done

if [ -n "$bench_dir" ]; then
	install_on_bench "$bench_dir" "$site"
elif [ -n "$site" ]; then
	fail "--site goes with --bench."
else
	simulate
fi

#!/usr/bin/env bash
# All tests: the engine's always; the site's and the browser's when there is a bench (BENCH, else ~/frappe-bench).
# --dates: the site's alone, a year ahead, on a leap day, and in the hour that is there twice.
# --faults: the fault tests alone, in full length, which takes hours; see docs/reliability.md.
set -uo pipefail
cd "$(dirname "$0")"

find_python() {
	for candidate in python3 python3.13 python3.12 python3.11 python3.10; do
		if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
			echo "$candidate"
			return
		fi
	done
	echo "Python 3.10 or later is needed." >&2
	exit 1
}

count() { # count WORD FILE: the number before WORD in pytest's closing line
	tail -n 1 "$2" | grep -oE "[0-9]+ $1" | grep -oE '[0-9]+' | head -n 1 || true
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0 failed=0 skipped=0

add() { # add PASSED FAILED SKIPPED
	passed=$((passed + ${1:-0})) failed=$((failed + ${2:-0})) skipped=$((skipped + ${3:-0}))
}

bench=${BENCH:-$HOME/frappe-bench}

if [ "${1:-}" = --dates ] || [ "${1:-}" = --faults ]; then
	exec "$(find_python)" cadences_app/tests/on_bench.py "$bench" "$1"
fi

echo "== Engine tests"
if [ ! -x .venv-test/bin/python ]; then
	"$(find_python)" -m venv .venv-test || exit 1
fi
.venv-test/bin/python -m pip install -q --disable-pip-version-check -e ".[test]" || exit 1

for lint in "ruff check ." "ruff format --check ." "mypy --strict cadences_app/engine"; do
	if .venv-test/bin/python -m $lint >"$log" 2>&1; then
		add 1 0 0
	else
		cat "$log"
		add 0 1 0
	fi
done

run_engine_tests() { # run_engine_tests [COMMAND...]: pytest, by that command, counted
	"$@" .venv-test/bin/python -m pytest -q -n auto --dist worksteal -p no:cacheprovider 2>&1 | tee "$log"
	if [ -z "$(count passed "$log")$(count failed "$log")" ]; then
		add 0 1 0
	fi
	add "$(count passed "$log")" "$(count failed "$log")" "$(count skipped "$log")"
	add 0 "$(tail -n 1 "$log" | grep -oE '[0-9]+ errors?' | grep -oE '[0-9]+' | head -n 1)" 0
}

run_engine_tests

# What holds on some days only is found on no other: another year, a leap day, the hour that is there twice.
# OTHER_DAYS="..." takes others; OTHER_DAYS="" leaves them out.
echo "== Engine tests on other days"
if command -v faketime >/dev/null; then
	while read -r day; do
		[ -n "$day" ] || continue
		echo "-- $day, Europe/Berlin"
		run_engine_tests env TZ=Europe/Berlin faketime "$day"
	done <<<"${OTHER_DAYS-2028-02-29 12:00:00}"
else
	echo "Left out: they need faketime (apt-get install faketime)."
fi

if [ -d "$bench/apps/frappe" ] && [ -d "$bench/apps/erpnext" ] && [ -d "$bench/apps/crm" ]; then
	.venv-test/bin/python cadences_app/tests/on_bench.py "$bench" 2>&1 | tee "$log"
	last=$(tail -n 1 "$log")
	if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
		add "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "${BASH_REMATCH[3]}"
	else
		add 0 1 0
	fi
else
	echo "Left out: the site and browser tests, which need a bench with ERPNext and Frappe CRM (none at $bench)."
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]

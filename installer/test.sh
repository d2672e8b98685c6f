#!/usr/bin/env bash
# The whole check, the same here and in continuous integration: format, lint, types, imports, tests, coverage.
#
#   ./installer/test.sh                everything
#   ./installer/test.sh --fast         before each commit: format, lint and the tests that only compute
#   ./installer/test.sh tests/unit -x  the same as everything, with these arguments for pytest and without coverage
#
# PARLEY_TEST_PROCESSES: how many processes share the tests; one more than the machine has cores if it is not set, for
# many tests wait for sound to be played.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

FAILED=()
LOGS=$(mktemp -d)
trap 'rm -rf "$LOGS"' EXIT

# check HEADING COMMAND...: a failure is remembered and told again at the end
check() {
  local heading=$1
  shift
  printf '\n== %s: %s\n' "$heading" "$*"
  "$@" || FAILED+=("$heading")
}

# beside NAME COMMAND...: runs beside the tests, at low priority; `result NAME` waits for it and shows what it said
beside() {
  local name=$1
  shift
  nice "$@" >"$LOGS/$name" 2>&1 &
  BESIDE[$name]=$!
}
declare -A BESIDE

result() {
  printf '\n== %s\n' "$1"
  wait "${BESIDE[$1]}" || FAILED+=("$1")
  cat "$LOGS/$1"
}

# tests HEADING ARGUMENTS...: pytest; that a part has none of the chosen tests is no failure, that all parts have none is
HAS_TESTED=
tests() {
  local heading=$1 code=0
  shift
  printf '\n== %s: pytest %s\n' "$heading" "$*"
  python -m pytest "$@" || code=$?
  case $code in
    0) HAS_TESTED=1 ;;
    5) ;;
    *) HAS_TESTED=1 FAILED+=("$heading") ;;
  esac
}

conclude() {
  [ -n "$HAS_TESTED" ] || FAILED+=("No test was chosen")
  if [ ${#FAILED[@]} -gt 0 ]; then
    printf -v failed '%s, ' "${FAILED[@]}"
    fail "The check failed: ${failed%, } (see above)."
  fi
  say "The check passed in $SECONDS s."
}

set_up test
cd "$ROOT"
export PATH=$VENV/bin:$PATH
processes=${PARLEY_TEST_PROCESSES:-$(($(nproc) + 1))}

check "Format" ruff format --check --quiet .
check "Lint" ruff check --quiet .
if [ "${1:-}" = --fast ]; then
  shift
  tests "Tests that only compute" --part=pure -q -n "$(nproc)" --dist worksteal "$@"
  conclude
  exit
fi
beside Types mypy
beside Imports lint-imports
measured=()
[ $# -gt 0 ] || measured=(--cov --cov-report=)
tests "Tests that only compute" --part=pure -n "$(nproc)" --dist worksteal "${measured[@]}" "$@"
tests "Tests that threads, models, windows and programs need" --part=others -n "$processes" --dist loadfile \
  --no-loadscope-reorder "$@"
result Types
result Imports
tests "Tests that need a core to themselves" --part=alone -n "$(nproc)" --dist loadfile --no-loadscope-reorder "$@"
[ $# -gt 0 ] || check "Coverage of the pure packages" python installer/coverage_table.py
conclude

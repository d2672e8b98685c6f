#!/usr/bin/env bash
# The whole check, the same here and in continuous integration: format, lint, types, imports, tests.
#
#   ./installer/test.sh                everything
#   ./installer/test.sh tests/unit -x  the same, with these arguments for pytest
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

# check HEADING COMMAND...: stops everything at the first command that fails
check() {
  local heading=$1 code=0
  shift
  printf '\n== %s: %s\n' "$heading" "$*"
  PATH=$VENV/bin:$PATH "$@" || code=$?
  if [ "$code" != 0 ]; then
    say "The check stops at: $heading."
    exit "$code"
  fi
}

set_up test
cd "$ROOT"
printf 'Environment: %s MB in .venv, %s\n' "$(du -sm "$VENV" | cut -f1)" "$("$VENV/bin/python" -V)"
check "Format" ruff format --check .
check "Lint" ruff check .
check "Types" mypy
check "Imports" lint-imports
check "Tests" python -m pytest "$@"

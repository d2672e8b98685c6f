#!/usr/bin/env bash
# Writes the locks anew from pyproject.toml, after a change of its dependencies. Arguments go to uv, for example
# --upgrade or --upgrade-package NAME.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

set_up run
cd "$ROOT"
compile() {
  "$UV" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header "$@"
}
compile pyproject.toml --override installer/overrides.txt -o installer/requirements.lock "$@"
compile pyproject.toml --group test --override installer/overrides.txt -c installer/requirements.lock \
  -o installer/requirements-test.lock "$@"
grep -v '^#' installer/requirements-clients.lock >>installer/requirements-test.lock
if grep -n '://' installer/*.lock; then
  fail "A lock names a host: the lines above must go."
fi

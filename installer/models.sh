#!/usr/bin/env bash
# Installs the packages of the speech models anew, for example after one was damaged. Fails if that does not work.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

unset PARLEY_SETUP_MODELS
PYTHON=$(find_python)
[ -x "$VENV/bin/python" ] || PARLEY_SETUP_MODELS=none set_up run
mkdir -p "$CACHE"
rm -f "$MODELS_STAMP"
set_up_models --reinstall
have_models

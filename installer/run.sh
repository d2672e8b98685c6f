#!/usr/bin/env bash
# Starts Parley, after installing what is missing.
#
#   ./installer/run.sh            the app; where there is no display, the demo in the terminal
#   ./installer/run.sh ARGS...    the command line, for example: ./installer/run.sh transcribe talk.mp3 --to es
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

# Whether an X or Wayland server is there to open a window on.
has_display() {
  local number
  [ "$(uname)" = Linux ] || return 0
  if [ -n "${WAYLAND_DISPLAY:-}" ]; then
    case $WAYLAND_DISPLAY in
      /*) [ -S "$WAYLAND_DISPLAY" ] && return 0 ;;
      *) [ -S "${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/$WAYLAND_DISPLAY" ] && return 0 ;;
    esac
  fi
  case ${DISPLAY:-} in
    "") return 1 ;;
    :* | unix:*)
      number=${DISPLAY#*:}
      number=${number%%.*}
      [ -S "/tmp/.X11-unix/X$number" ] || grep -q "@/tmp/.X11-unix/X$number\$" /proc/net/unix 2>/dev/null
      ;;
    *) return 0 ;; # a display on another machine: the app itself tells whether it answers
  esac
}

set_up run
if [ $# -gt 0 ]; then
  exec "$VENV/bin/parley" "$@"
fi
if has_display; then
  exec "$VENV/bin/parley"
fi
say "There is no display here, so this is the demo in the terminal; with a screen, the same command opens the app."
exec "$VENV/bin/parley" demo

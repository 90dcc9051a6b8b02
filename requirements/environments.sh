#!/usr/bin/env bash
# Makes the environments that `make` asks for, and shows for each what it is and how long it took.
#   environments.sh uv                             .venv-uv, with uv and pip; uv makes all others
#   environments.sh venv NAME FOLDER LOCK          a bare environment with exactly what the lock lists
#   environments.sh project NAME FOLDER LOCK       the same, and Earshot itself as it lies here
#   environments.sh layer NAME FOLDER LOCK         the packages alone, as a Lambda layer holds them
# PYTHON names the interpreter.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PYTHON=${PYTHON:-python3}
UV=.venv-uv/bin/uv

fail() {
  echo "$*" >&2
  exit 1
}

check_python() {
  command -v "$PYTHON" >/dev/null || fail "Earshot needs Python 3.11 or newer, and $PYTHON was not found."
  "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "Earshot needs Python 3.11 or newer, and" \
    "$PYTHON is $("$PYTHON" -V 2>&1); name another one: make PYTHON=python3.13"
  "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || fail "This Python cannot make virtual environments;" \
    "install its venv module (Debian and Ubuntu: apt install python3-venv)."
}

# step NAME FUNCTION…: on a terminal the seconds run, elsewhere there is one line.
step() {
  local name=$1 status=0
  shift
  if [ -t 1 ]; then
    (while printf '\r  %s … %s s ' "$name" "$SECONDS"; do sleep 1; done) &
    ticker=$!
  else
    printf '  %s … ' "$name"
  fi
  # A function in a condition would go on after a failure, so it runs in a shell of its own.
  (set -e; "$@") & wait $! || status=$?
  end_ticker
  if [ "$status" -ne 0 ]; then
    printf '\nThis failed after %s s: %s\n' "$SECONDS" "$name" >&2
    echo "It downloads from PyPI: is there a network? PIP_INDEX_URL names another index." >&2
    exit "$status"
  fi
  if [ -t 1 ]; then printf '\r\033[K\033[32m✓\033[0m %s \033[2m%s s\033[0m\n' "$name" "$SECONDS"; else echo "$SECONDS s"; fi
}

end_ticker() {
  [ -z "${ticker:-}" ] || kill "$ticker" 2>/dev/null || true
  ticker=""
}
trap end_ticker EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

make_uv() {
  rm -rf .venv-uv
  "$PYTHON" -m venv .venv-uv
  pip() { .venv-uv/bin/python -m pip --disable-pip-version-check --quiet "$@"; }
  pip install --require-hashes --no-deps --only-binary :all: -r requirements/uv.txt
  # uv reads no pip.conf, so the index it names is kept for it.
  pip config list | sed -n "s/^[^=]*\.index-url='\(.*\)'$/\1/p" | tail -n 1 >.venv-uv/index
}

# The locks are complete, so nothing is resolved again; uv brings no certificates of its own.
install() {
  local index=${UV_DEFAULT_INDEX:-$(cat .venv-uv/index)}
  "$UV" pip install --quiet --system-certs --require-hashes --no-deps --only-binary :all: ${index:+--default-index "$index"} "$@"
}

make_venv() { # FOLDER LOCK
  local compile=""
  # What `make run` starts is compiled here, on all processors; else its first start would, on one.
  case $1 in .venv | .venv-engine) compile=--compile-bytecode ;; esac
  rm -rf "$1"
  "$UV" venv --quiet --no-project --python .venv-uv/bin/python "$1"
  install $compile --python "$1" -r "$2"
}

make_project() { # FOLDER LOCK
  make_venv "$@"
  "$UV" pip install --quiet --offline --no-deps --no-build-isolation --python "$1" --editable .
}

make_layer() { # FOLDER LOCK
  rm -rf "$(dirname "$1")"
  install --python .venv-uv --target "$1" -r "$2"
}

if [ "$1" = uv ]; then
  check_python
  step "uv, which makes the environments: .venv-uv" make_uv
else
  step "$2: $3" "make_$1" "$3" "$4"
fi

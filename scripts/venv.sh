#!/bin/sh
# Make .venv, once, with the first Python >= 3.11 that can; PYTHON names another one to try first.
set -eu

fail() {
    echo "$1" >&2
    exit 1
}

say() {
    echo "$1" >&2
}

new_enough='import sys; sys.exit(sys.version_info < (3, 11))'
shown='import platform; print(platform.python_version())'

# A .venv whose making was interrupted has no pip; one whose Python was removed does not run.
if .venv/bin/python -c "import pip; $new_enough" 2>/dev/null; then
    exit 0
fi

[ -w . ] || fail "Cannot write to $(pwd): clone into a folder that you may write to."

without_venv=
for candidate in "${PYTHON:-python3}" python3 python3.14 python3.13 python3.12 python3.11 python; do
    "$candidate" -c "$new_enough" 2>/dev/null || continue
    if ! "$candidate" -c 'import venv, ensurepip' 2>/dev/null; then
        without_venv=${without_venv:-$candidate}
        continue
    fi
    say "Making .venv with Python $("$candidate" -c "$shown")"
    if "$candidate" -m venv --clear .venv; then
        exit 0
    fi
    fail "Could not make $(pwd)/.venv: see the lines above."
done

if [ -n "$without_venv" ]; then
    version=$("$without_venv" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    fail "Python $version is here, but not its venv module. Install it: sudo apt install python$version-venv \
(Debian, Ubuntu), sudo dnf install python3 (Fedora), brew install python (macOS)."
fi
fail "There is no Python 3.11 or newer here. Install it: sudo apt install python3 python3-venv (Debian, Ubuntu), \
sudo dnf install python3 (Fedora), brew install python (macOS); or name one: make PYTHON=/path/to/python3.12"

#!/bin/sh
# Write both lock files anew from pyproject.toml: exact versions with hashes, for every platform, naming no registry.
set -eu

sh scripts/venv.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM

echo "Installing uv in a temporary folder" >&2
.venv/bin/python -m venv "$folder"
"$folder/bin/python" -m pip install -qq --disable-pip-version-check --root-user-action=ignore uv >&2

compile() {
    echo "Writing $1" >&2
    lock=$1
    shift
    "$folder/bin/python" -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate \
        --python-version 3.11 --custom-compile-command 'make lock' "$@" pyproject.toml --output-file "$lock"
}
compile requirements.lock --extra standalone
compile requirements-dev.lock --extra standalone --extra dev --constraint requirements.lock

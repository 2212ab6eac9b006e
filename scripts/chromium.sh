#!/bin/sh
# See that Chromium is here, which the tests of login links need; install Debian's where it is missing.
set -eu

for program in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$program" >/dev/null 2>&1; then
        exit 0
    fi
done

fail() {
    echo "The tests of login links need Chromium, and it cannot be installed here: $1" >&2
    exit 1
}

command -v apt-get >/dev/null 2>&1 || fail "there is no apt-get; install Chromium in another way."
[ "$(id -u)" = 0 ] || fail "this is not root; run: sudo apt-get install chromium"

echo "Installing Chromium for the tests of login links: once, it takes about a minute" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get -q -o Acquire::Retries=3 update && apt-get -qy -o Acquire::Retries=3 install --no-install-recommends chromium; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    fail "apt-get failed, see the lines above."
fi

#!/bin/sh
# Install exactly the packages of a lock file into .venv, unless that is done. Usage: sh scripts/install.sh LOCK
set -eu

lock=$1
sh scripts/venv.sh

# Written when all is installed, and named by the lock's checksum: a changed lock installs again, and an
# interrupted install does not count.
stamp=.venv/installed-$lock-$(cksum <"$lock" | tr -s ' \t' '--')
if [ -e "$stamp" ]; then
    exit 0
fi

[ -w .venv ] || {
    echo "Cannot write to $(pwd)/.venv: run this as the user to whom it belongs." >&2
    exit 1
}
echo "Installing the packages of $lock: once, it takes about a minute" >&2
.venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --root-user-action=ignore \
    --require-hashes -r "$lock" >&2 || {
    echo "Could not install the packages of $lock: see the lines above, then run the same command again." >&2
    exit 1
}
rm -f ".venv/installed-$lock-"*
: >"$stamp"

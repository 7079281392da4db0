#!/bin/sh
# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection
#
# Usage: bootstrap.sh find         prints a Python that works, 3.10 or newer
#        bootstrap.sh venv FOLDER  makes a virtual environment with nox in it, once
#
# What `make` needs before it can start the toolchain, which is written in Python.
set -eu

# A pyenv shim is on the PATH also where it has nothing to start: each candidate has to prove itself.
find_python() {
    for candidate in python3 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.*/bin/python3 \
        python3.13 python3.12 python3.11 python3.10 python3.14 /usr/local/bin/python3 /usr/bin/python3; do
        if "$candidate" -c "import sys; assert sys.version_info >= (3, 10); import $1" >/dev/null 2>&1; then
            "$candidate" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    echo "No Python 3.10 or newer with the module $1 was found. On Debian: apt-get install python3 python3-venv" >&2
    return 1
}

case "${1-}" in
find)
    find_python venv
    ;;
venv)
    tools=$(dirname "$0")/../constraints-tools.txt
    if ! cmp -s "$tools" "$2/ready"; then
        python=$(find_python ensurepip)
        "$python" -m venv --clear "$2"
        "$2/bin/python" -m pip install --quiet --disable-pip-version-check --constraint "$tools" nox
        cp "$tools" "$2/ready"
    fi
    ;;
*)
    echo "Usage: $0 find | venv FOLDER" >&2
    exit 2
    ;;
esac

#!/usr/bin/env bash
# Makes one Python environment for each name from its exact pins (requirements-NAME.txt): those of SDK versions, DIR/10.4.1
# and DIR/7.4.0, that of DIR/litellm, and for the bench DIR/taowire.
# Needs python3 3.11, for which the pins were chosen. What is ready and has the same pins is kept.
#   install.sh DIR NAME…
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=${1:?usage: install.sh DIR NAME…}
shift
for name in "$@"; do
  ready="$dir/$name/.ready"
  cmp -s "$here/requirements-$name.txt" "$ready" && continue
  rm -rf "${dir:?}/$name"
  python3 -m venv "$dir/$name"
  "$dir/$name/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$here/requirements-$name.txt"
  cp "$here/requirements-$name.txt" "$ready"
done

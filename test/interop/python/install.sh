#!/usr/bin/env bash
# Makes one Python environment for each SDK version from its exact pins (requirements-VERSION.txt): DIR/10.4.1, DIR/7.4.0.
# Needs python3 3.11, for which the pins were chosen. What is ready and has the same pins is kept.
#   install.sh DIR VERSION…
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=${1:?usage: install.sh DIR VERSION…}
shift
for version in "$@"; do
  ready="$dir/$version/.ready"
  cmp -s "$here/requirements-$version.txt" "$ready" && continue
  rm -rf "${dir:?}/$version"
  python3 -m venv "$dir/$version"
  "$dir/$version/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$here/requirements-$version.txt"
  cp "$here/requirements-$version.txt" "$ready"
done

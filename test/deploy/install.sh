#!/usr/bin/env bash
# Installs what the suite needs and the machine lacks of Debian's systemd, nginx, caddy and prometheus, and a Python environment
# with hadolint and with the schema of compose files, from exact pins: install.sh DIR
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=${1:?usage: install.sh DIR}

if ! cmp -s "$here/requirements.txt" "$dir/.ready"; then
  rm -rf "$dir"
  python3 -m venv "$dir"
  "$dir/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$here/requirements.txt"
  cp "$here/requirements.txt" "$dir/.ready"
fi

bash "$here/../support/install-debian.sh" systemd-analyze=systemd systemd-notify=systemd nginx=nginx caddy=caddy promtool=prometheus

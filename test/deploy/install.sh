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

declare -A packages=([systemd-analyze]=systemd [systemd-notify]=systemd [nginx]=nginx [caddy]=caddy [promtool]=prometheus)
PATH=$PATH:/usr/sbin
missing=()
for program in "${!packages[@]}"; do
  command -v "$program" >/dev/null || missing+=("${packages[$program]}")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "this suite needs ${missing[*]}: apt-get install ${missing[*]}" >&2
  exit 1
fi
# Nothing is to be started: the tests have servers of their own.
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
timeout 200 apt-get update -qq
timeout 300 apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null

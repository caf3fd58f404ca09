#!/usr/bin/env bash
# Installs Debian's chromium, prometheus, nginx and caddy, if they are missing: install.sh
set -euo pipefail
missing=()
for name in chromium prometheus nginx caddy; do
  command -v "$name" >/dev/null || missing+=("$name")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "this suite needs ${missing[*]}: apt-get install ${missing[*]}" >&2
  exit 1
fi
# Nothing is to be started: the tests have servers of their own.
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
timeout 200 apt-get update -qq
timeout 500 apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null

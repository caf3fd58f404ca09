#!/usr/bin/env bash
# Installs Debian's redis-server and nginx, if they are missing: install.sh
set -euo pipefail
missing=()
command -v redis-server >/dev/null || missing+=(redis-server)
command -v nginx >/dev/null || missing+=(nginx)
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "this suite needs ${missing[*]}: apt-get install ${missing[*]}" >&2
  exit 1
fi
# Nothing is to be started: the tests have servers of their own.
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
timeout 200 apt-get update -qq
timeout 300 apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null

#!/usr/bin/env bash
# Installs Debian packages whose programs are missing: install-debian.sh PROGRAM=PACKAGE …
set -euo pipefail
PATH=$PATH:/usr/sbin
missing=()
for pair in "$@"; do
  command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "this suite needs ${missing[*]}: apt-get install ${missing[*]}" >&2
  exit 1
fi
# The tests start servers of their own.
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
timeout 200 apt-get update -qq
timeout 500 apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null

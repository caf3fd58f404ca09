#!/usr/bin/env bash
# Installs Debian's chromium, prometheus, nginx and caddy, if they are missing: install.sh
set -euo pipefail
bash "$(dirname "$0")/../support/install-debian.sh" chromium=chromium prometheus=prometheus nginx=nginx caddy=caddy

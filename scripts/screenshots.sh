#!/usr/bin/env bash
# Takes the pictures of docs/images from the real app: screenshots.sh [DIR]
source "$(dirname "$0")/common.sh"
check_tools
build_client
build_server
CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || fail "Chromium is missing: install the package chromium"
export CHROMIUM
ARACARI_BINARY="$(realpath "$(binary)")" node scripts/screenshots.mjs "${1:-docs/images}"

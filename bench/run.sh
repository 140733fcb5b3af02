#!/usr/bin/env bash
# Measures the demo and the steps on this machine: bench/run.sh [dev|release]
source "$(dirname "$0")/../scripts/common.sh"
profile=${1:-dev}
check_tools
command -v wrk >/dev/null 2>&1 || install_debian wrk || fail "the load generator \`wrk\` is missing: install the package wrk"
build_client
if [ "$profile" = release ]; then
  say "Building the release binary (up to an hour on two cores the first time)"
  cargo build --workspace --locked --release
  export ARACARI_BINARY="${CARGO_TARGET_DIR:-$PWD/target}/release/aracari"
else
  build_server
  ARACARI_BINARY="$(realpath "$(binary)")"
  export ARACARI_BINARY
fi
CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
export CHROMIUM
node bench/measure.mjs
bash bench/pipelines.sh "$profile" --weaverbird

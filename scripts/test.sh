#!/usr/bin/env bash
# All tests, or one part: test.sh [rust|web|browser]
source "$(dirname "$0")/common.sh"
part=${1:-all}
check_tools
left_out=()

# A PostgreSQL server for the tests of sources, installed when root; tests without it say that they are left out.
find_postgresql() {
  ls -d /usr/lib/postgresql/*/bin/postgres 2>/dev/null | tail -n 1 || command -v postgres || true
}

ensure_postgresql() {
  [ -n "$(find_postgresql)" ] || install_debian postgresql || true
}

rust_tests() {
  say "Rust tests"
  [ -n "$(find_postgresql)" ] || left_out+=("tests of PostgreSQL sources: no server; install the package postgresql")
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --workspace --locked --no-fail-fast
  else
    cargo test --workspace --locked --no-fail-fast
  fi
}

web_tests() {
  say "Client: types and unit tests"
  (cd web && npm run --silent check && npx vitest run)
}

# Chromium, installed when root; empty where there is none.
find_chromium() {
  command -v chromium || command -v chromium-browser || command -v google-chrome || true
}

ensure_chromium() {
  [ -n "$(find_chromium)" ] || install_debian chromium || true
}

browser_tests() {
  local chromium
  chromium=$(find_chromium)
  if [ -z "$chromium" ]; then
    left_out+=("browser tests: no Chromium; install the package chromium")
    return
  fi
  say "Browser tests"
  ln -sfn ../web/node_modules e2e/node_modules
  (cd e2e && ARACARI_BINARY="$(cd .. && realpath "$(binary)")" CHROMIUM="$chromium" ../web/node_modules/.bin/playwright test)
}

[ "$part" = rust ] || ensure_chromium
case $part in rust | all) ensure_postgresql ;; esac
build_client
case $part in
  rust) build_server; rust_tests ;;
  web) web_tests ;;
  browser) build_server; browser_tests ;;
  all) web_tests; build_server; rust_tests; browser_tests ;;
  *) fail "unknown part \`$part\`: rust, web or browser" ;;
esac

if [ ${#left_out[@]} -gt 0 ]; then
  printf '\033[33mLeft out:\033[0m\n'
  printf '  - %s\n' "${left_out[@]}"
fi

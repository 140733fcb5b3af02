#!/usr/bin/env bash
# Everything a machine can see: formatting, clippy, licences and advisories, client types.
source "$(dirname "$0")/common.sh"
check_tools
say "Formatting"
cargo fmt --all -- --check
install_client_packages
(cd web && npx prettier --check --log-level warn 'packages/*/src/**/*.{ts,svelte,css}' 'client/src/**/*.{ts,svelte,css}')
(cd web && npx prettier --check --log-level warn --config .prettierrc.json '../e2e/**/*.ts')
say "Clippy"
cargo clippy --workspace --all-targets --locked -- -D warnings
say "Client types"
(cd web && npm run --silent check)
if command -v cargo-deny >/dev/null 2>&1; then
  say "Licences and advisories"
  cargo deny --all-features check
else
  printf 'Left out: licences and advisories (install cargo-deny: cargo install cargo-deny --locked)\n'
fi

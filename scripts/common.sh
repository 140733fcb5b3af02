# Shared by the scripts: messages, tools, the client's freshness.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\033[1m▸ %s\033[0m\n' "$*"; }
fail() { printf '\033[31m✗ %s\033[0m\n' "$*" >&2; exit 1; }

need() { command -v "$1" >/dev/null 2>&1 || fail "\`$1\` is missing: $2"; }

# Debian packages are installed only by root; everybody else is told what is missing.
install_debian() {
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "Installing Debian packages: $*"
    DEBIAN_FRONTEND=noninteractive apt-get update -qq >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
  else
    return 1
  fi
}

check_tools() {
  need cargo "install Rust 1.95 or newer (rustup.rs)"
  need node "install Node.js 20 or newer"
  need npm "install npm 10 or newer"
  if ! command -v cc >/dev/null 2>&1; then
    install_debian build-essential || fail "a C compiler is missing: install the package build-essential"
  fi
}

# Packages are installed again only when the lock file changed.
install_client_packages() {
  local stamp=web/node_modules/.aracari-lock
  if ! cmp -s web/package-lock.json "$stamp"; then
    say "Installing the client's packages"
    (cd web && npm ci --no-audit --no-fund --loglevel=error)
    cp web/package-lock.json "$stamp"
  fi
}

# The client is built again only when one of its sources changed.
build_client() {
  install_client_packages
  local stamp=web/client/dist/.sources sources
  sources=$(find web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/gallery/*' -print0 | sort -z | xargs -0 sha256sum | sha256sum)
  if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$sources" ]; then
    say "Building the client"
    (cd web && npm run --silent build)
    printf '%s\n' "$sources" >"$stamp"
  fi
}

build_server() {
  say "Building the server (the first time takes 15 to 25 minutes on two cores; later seconds)"
  cargo build --workspace --locked
}

binary() { echo "${CARGO_TARGET_DIR:-target}/debug/aracari"; }

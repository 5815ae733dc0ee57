# shellcheck shell=bash
# What every script here shares: where the project is, how to speak, how to install a package.
# Use: source "$(dirname "${BASH_SOURCE[0]}")/lib.sh" as the second line, after set -euo pipefail.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
TOOLS=$ROOT/.tools
# Tools that the project installs for itself win over whatever the machine has.
export PATH="$TOOLS/bin:$PATH"

say() { printf '%s\n' "$*" >&2; }
die() { say "${0##*/}: $*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# Runs a command as root: directly, or through sudo where that asks nothing.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# apt_install PACKAGE…  installs Debian packages and says so; fails with the command to run by hand when it cannot.
apt_install() {
  have apt-get || die "please install with your package manager: $*"
  if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
    die "please run as root:  apt-get install --no-install-recommends $*"
  fi
  say "installing: $*"
  apt_refresh
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null >&2 \
    || die "apt-get could not install: $*"
}

# The package lists are read once a run: an old list names packages that are gone.
apt_refresh() {
  [ -z "${apt_refreshed:-}" ] || return 0
  as_root apt-get update -qq </dev/null >&2 || say "apt-get update failed; going on with the lists that are there"
  apt_refreshed=1
}

# plain_path PATH  refuses what could not stand unquoted in a connection URL.
plain_path() {
  case $1 in *[!A-Za-z0-9_./-]*) die "only letters, digits and _ . / - may stand in this path: $1" ;; esac
}

# build_peyvand PROFILE  sets PEYVAND to the program, unless it names one that is there: built in that profile. `dev` is the one of `make run`,
# which is there already where that has run.
build_peyvand() {
  if [ -n "${PEYVAND:-}" ]; then return; fi
  cargo build --locked --profile "$1" -p peyvand
  PEYVAND=${CARGO_TARGET_DIR:-$ROOT/target}/${1/dev/debug}/peyvand
}

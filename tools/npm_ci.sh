#!/bin/bash
# npm_ci.sh FOLDER: installs what its package-lock.json names, if that has changed since the last time.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root/$1"

mkdir -p "$root/.cache"
exec 9>"$root/.cache/npm.lock"
flock 9
want=$(cat package.json package-lock.json | sha256sum)
[[ $(cat node_modules/.installed 2>/dev/null || true) == "$want" ]] && exit 0
"$root/tools/node.sh" npm ci --no-fund --no-audit --loglevel=error >&2
echo "$want" >node_modules/.installed

#!/bin/bash
# node.sh COMMAND...: runs it with a Node that can build the web page (>= 20.19) first on the PATH:
# the installed one, or the one that ./dev put into .cache/node.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

new_enough() {
  local major minor
  IFS=. read -r major minor _ < <("$1" --version 2>/dev/null | tr -d v) || return 1
  ((major > 20 || (major == 20 && minor >= 19)))
}

own=$root/.cache/node/node_modules
if ! { command -v npm >/dev/null && new_enough node; }; then
  if ! new_enough "$own/node/bin/node"; then
    echo 'vodmill: the web page needs Node 20.19 or newer and npm to build; "./dev build" installs them' >&2
    exit 1
  fi
  export PATH=$own/node/bin:$own/.bin:$PATH
fi
exec "$@"

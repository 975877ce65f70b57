#!/bin/bash
# run.sh BINARY [--long]: the page and the streams in Chromium. Needs ffmpeg, chromium and what npm_ci.sh installs here.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$here/../..
export VODMILL_BINARY=$1
if [[ ${2:-} == --long ]]; then export VODMILL_LONG=1; fi
"$root/tools/npm_ci.sh" tests/e2e
cd "$here"
exec "$root/tools/node.sh" node --test --test-concurrency=1 --test-reporter=spec page.test.mjs stream.test.mjs

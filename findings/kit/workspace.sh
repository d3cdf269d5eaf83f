# Sourced by every finding: a temporary folder that goes away with the script, and pinned packages in it.

set -euo pipefail

kit=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
workspace=$(mktemp -d)
chmod 755 "$workspace"
trap 'rm -rf "$workspace"' EXIT
cd "$workspace"

# Installs packages at the versions given (name@version ...); their install scripts do not run.
packages() {
  echo '{ "private": true, "type": "module" }' > package.json
  npm install --no-audit --no-fund --ignore-scripts --silent --save-exact "$@"
}

# Runs the module on standard input among the installed packages.
run() {
  cat > finding.mjs
  node finding.mjs
}

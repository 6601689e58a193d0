#!/usr/bin/env bash
# Runs one of the scripts of this folder with solana-dex-parser at hand. The package goes into the cache outside the source tree.
#   run.sh trades.js FILE…           its trades, one JSON object a transaction
#   run.sh compare.js FILE…          where its trades and our goldens differ
#   run.sh speed.js FILE…            transactions a second over the files, parsed again and again
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=$(sed -n 's/.*"solana-dex-parser": "\(.*\)".*/\1/p' "$here/package.json")
folder=${SLUICE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice}/dex-parser/$version

command -v npm > /dev/null || { echo "dex-parser: npm was not found; install Node.js (Debian: apt-get install npm)." >&2; exit 1; }
if [[ ! -d $folder/node_modules/solana-dex-parser ]]; then
    mkdir -p "$folder"
    cp "$here/package.json" "$folder/"
    (cd "$folder" && npm install --no-audit --no-fund --ignore-scripts --silent)
fi

script=$1
shift
NODE_PATH=$folder/node_modules exec node "$here/$script" "$@"

#!/usr/bin/env bash
# Builds the command line in Release when a source is newer than the last build. Silent when there is nothing to do.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
stamp=$root/cli/bin/.built

stale() {
    [[ ! -f $stamp ]] || [[ -n $(find "$root" -path "$root/.git" -prune -o -path "$root/data" -prune -o -path "$root/tests" -prune \
        -o -type d \( -name bin -o -name obj \) -prune -o -type f \
        \( -name '*.cs' -o -name '*.csproj' -o -name '*.props' -o -name '*.avsc' -o -name '*.sql' -o -name '*.proto' -o -name '*.json' -o -name '*.html' \
        -o -name '*.css' -o -name '*.js' -o -name '.editorconfig' \) -newer "$stamp" -print -quit) ]]
}

stale || exit 0
command -v dotnet > /dev/null || { echo "build: dotnet was not found; install the .NET 10 SDK." >&2; exit 1; }
mkdir -p "$root/cli/bin"
exec 9> "$root/cli/bin/.lock"
if command -v flock > /dev/null; then flock 9; fi
stale || exit 0
start=$(mktemp)
trap 'rm -f "$start" "$start.log"' EXIT
[[ -t 2 ]] && echo "build: compiling (about half a minute the first time)" >&2
if ! dotnet build "$root/cli/Sluice.Cli.csproj" -c Release --nologo -v q > "$start.log" 2>&1; then
    grep -E 'error|warn' "$start.log" | sort -u | head -n 20 >&2 || tail -n 20 "$start.log" >&2
    echo "build: failed" >&2
    exit 1
fi
mv -f "$start" "$stamp" # its time is the start of the build, so that an edit during it counts as newer

#!/usr/bin/env bash
# Builds and runs every test; the last line is 'N passed, N failed, N skipped'. FILTER=… narrows it down.
set -uo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 1
[[ -x eng/test-setup.sh ]] && eng/test-setup.sh
log=$(mktemp)
trap 'rm -f "$log"' EXIT
eng/build.sh || exit 1 # tests that run the program as a user does
dotnet test tests/Sluice.Tests.csproj -c Release --nologo -v q --logger "console;verbosity=minimal" \
    ${FILTER:+--filter "$FILTER"} 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
summary=$(grep -E '(Passed|Failed|Skipped)!? +- Failed:' "$log" | tail -n 1)
number() { sed -nE "s/.*$1: +([0-9]+).*/\1/p" <<< "$summary"; }
passed=$(number Passed)
failed=$(number Failed)
skipped=$(number Skipped)
if [[ -z $summary ]]; then echo "no test ran"; echo "0 passed, 1 failed, 0 skipped"; exit 1; fi
echo "${passed:-0} passed, ${failed:-0} failed, ${skipped:-0} skipped"
exit "$status"

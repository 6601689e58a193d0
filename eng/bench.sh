#!/usr/bin/env bash
# Measures this machine: one JSON object a line. Arguments go to 'sluice bench' (such as --seconds 20).
# With real chain data and npm at hand, the ratio to solana-dex-parser on the same transactions comes last.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
data=${SLUICE_DATA:-$root/../shared/data}
export SLUICE_DATA=$data
out=$(mktemp)
trap 'rm -f "$out" "$out.peer"' EXIT
dotnet cli/bin/Release/net10.0/sluice.dll bench "$@" | tee "$out"

# What the detectors find of what simulated chains hold, at full size: a quarter of an hour or so.
dotnet cli/bin/Release/net10.0/sluice.dll bench evaluate

# Over Kafka: on SLUICE_BENCH_KAFKA=host:port, else on librdkafka's mock in the bench's process.
kafka=bench/Kafka/bin/Release/net10.0/Sluice.Bench.Kafka.dll
dotnet build bench/Kafka/Sluice.Bench.Kafka.csproj -c Release --nologo -v q > /dev/null
dotnet "$kafka"
simulated=$(mktemp -d)
dotnet cli/bin/Release/net10.0/sluice.dll simulate --out "$simulated" --slots 200 > /dev/null
dotnet "$kafka" e2e cli/bin/Release/net10.0/sluice.dll "$simulated"
rm -rf "$simulated"

block=$data/solana/blocks/slot_254170887.base64.json.gz
if [[ ! -f $block ]] || ! command -v npm > /dev/null; then
    echo "bench: no ratio to solana-dex-parser: it needs real chain data (SLUICE_DATA) and npm." >&2
    exit 0
fi

bench/dex-parser/run.sh speed.js "$block" > "$out.peer"
node -e '
const fs = require("fs");
const lines = fs.readFileSync(process.argv[1], "utf8").trim().split("\n").map((l) => JSON.parse(l));
const ours = lines.find((l) => l.bench.startsWith("decode") && l.input.startsWith("real"));
const peer = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
console.log(JSON.stringify({
  bench: "ratio to solana-dex-parser: non-vote transactions of slot 254170887, one thread each",
  ours_json_bytes_to_swaps_tx_per_s: ours.non_vote_tx_per_s,
  solana_dex_parser_from_parsed_json_tx_per_s: peer.tx_per_s,
  ratio: Math.round((ours.non_vote_tx_per_s / peer.tx_per_s) * 10) / 10,
}));
' "$out" "$out.peer"

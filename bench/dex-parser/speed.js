// Transactions a second of the parser alone: documents are read before the clock starts. One JSON object on standard output.
const { DexParser } = require('solana-dex-parser');
const { read } = require('./transactions.js');

const seconds = Number(process.env.SECONDS_TO_RUN ?? 5);
const all = process.argv.slice(2).flatMap(read);
const parser = new DexParser();
const run = () => { for (const t of all) parser.parseTrades(t, { tryUnknowDEX: true }); };
run();
const start = process.hrtime.bigint();
let rounds = 0;
while (Number(process.hrtime.bigint() - start) < seconds * 1e9) { run(); rounds++; }
const elapsed = Number(process.hrtime.bigint() - start) / 1e9;
console.log(JSON.stringify({ parser: 'solana-dex-parser', transactions: all.length, rounds, tx_per_s: Math.round((all.length * rounds) / elapsed) }));

// Compares the parser's trades with the swaps of a store, transaction by transaction, over files of blocks.
//   run.sh simulated.js SWAPS.ndjson FILE…   SWAPS from: sluice query "SELECT signature, pool, venue, mint_in, amount_in, mint_out, amount_out FROM swaps" --json
// Prints a line for each venue and kind of difference with an example, then the sums.
const fs = require('fs');
const { read } = require('./transactions.js');
const { trades } = require('./trades.js');

const [swapsFile, ...files] = process.argv.slice(2);
const ours = new Map();
for (const line of fs.readFileSync(swapsFile, 'utf8').split('\n').filter(Boolean)) {
  const s = JSON.parse(line);
  if (!ours.has(s.signature)) ours.set(s.signature, []);
  ours.get(s.signature).push({ venue: s.venue, pool: s.pool, key: `${s.amount_in} ${s.mint_in} -> ${s.amount_out} ${s.mint_out}` });
}

let same = 0;
let transactions = 0;
const differences = new Map();
const note = (what, venue, signature, text) => {
  const name = `${what}, ${venue}`;
  const known = differences.get(name) ?? { count: 0, example: `${signature}: ${text}` };
  known.count++;
  differences.set(name, known);
};

for (const file of files) {
  for (const transaction of read(file)) {
    const signature = transaction.transaction.signatures[0];
    const left = [...(ours.get(signature) ?? [])];
    const right = trades(transaction).map((t) => ({ ...t, key: `${t.amountIn} ${t.mintIn} -> ${t.amountOut} ${t.mintOut}` }));
    transactions++;
    for (const swap of [...left]) {
      const at = right.findIndex((t) => t.key === swap.key);
      if (at < 0) continue;
      if (right[at].pool && right[at].pool !== swap.pool) note('another pool', swap.venue, signature, `${swap.pool} ${right[at].pool}`);
      right.splice(at, 1);
      left.splice(left.indexOf(swap), 1);
      same++;
    }

    for (const swap of left) note(`ours only${right.length ? ' (theirs differs)' : ''}`, swap.venue, signature, `${swap.key}${right.length ? ` | ${right.map((t) => `${t.amm} ${t.key}`).join('; ')}` : ''}`);
    if (left.length === 0) { for (const trade of right) note('theirs only', trade.amm, signature, trade.key); }
  }
}

for (const [name, { count, example }] of [...differences].sort()) console.log(`${count} ${name}: ${example}`);
console.log(JSON.stringify({ transactions, same, differences: [...differences.values()].reduce((sum, d) => sum + d.count, 0) }));

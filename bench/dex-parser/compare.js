// Lists where the parser's trades and ours differ. Ours are the goldens of tests/Golden, which the tests hold to the decoder.
const fs = require('fs');
const path = require('path');
const { read } = require('./transactions.js');
const { trades } = require('./trades.js');

const golden = path.join(__dirname, '..', '..', 'tests', 'Golden');
const ours = new Map();
for (const folder of fs.readdirSync(golden)) {
  for (const file of fs.readdirSync(path.join(golden, folder))) {
    if (!file.endsWith('.expected.json')) continue;
    const document = JSON.parse(fs.readFileSync(path.join(golden, folder, file)));
    for (const entry of document.transactions ?? [document]) {
      if (entry.signature && entry.swaps) ours.set(entry.signature, entry.swaps);
    }
  }
}

const key = (s) => `${s.amountIn} ${s.mintIn} -> ${s.amountOut} ${s.mintOut}`;
let same = 0;
let transactions = 0;
const differences = [];
for (const file of process.argv.slice(2)) {
  for (const transaction of read(file)) {
    const signature = transaction.transaction.signatures[0];
    const left = (ours.get(signature) ?? []).map((s) => ({ ...s, key: key(s) }));
    const right = trades(transaction).map((s) => ({ ...s, key: key(s) }));
    transactions++;
    for (const swap of [...left]) {
      const at = right.findIndex((t) => t.key === swap.key);
      if (at < 0) continue;
      if (right[at].pool && right[at].pool !== swap.pool) differences.push({ signature, what: 'pool', ours: swap, theirs: right[at] });
      right.splice(at, 1);
      left.splice(left.indexOf(swap), 1);
      same++;
    }
    for (const swap of left) differences.push({ signature, what: 'ours only', ours: swap });
    for (const trade of right) differences.push({ signature, what: 'theirs only', theirs: trade });
  }
}

const short = (s) => `${s.venue ?? s.amm} pool ${(s.pool ?? '?').slice(0, 8)} ${s.amountIn} ${s.mintIn.slice(0, 6)} -> ${s.amountOut} ${s.mintOut.slice(0, 6)}`;
for (const d of differences) {
  const sides = [d.ours && `ours ${short(d.ours)}`, d.theirs && `theirs ${short(d.theirs)}`].filter(Boolean).join(' | ');
  console.log(`${d.signature.slice(0, 12)} ${d.what}: ${sides}`);
}
console.log(JSON.stringify({ transactions, same, differences: differences.length }));

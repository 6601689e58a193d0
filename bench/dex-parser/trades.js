// Prints the parser's trades as JSON, one object a transaction.
const { DexParser } = require('solana-dex-parser');
const { read } = require('./transactions.js');

const parser = new DexParser();

function trades(transaction) {
  if (transaction.meta.err) return [];
  return parser.parseTrades(transaction, { tryUnknowDEX: true }).map((t) => ({
    amm: t.amm,
    program: t.programId,
    pool: t.Pool?.[0] ?? null,
    mintIn: t.inputToken.mint,
    amountIn: String(t.inputToken.amountRaw),
    mintOut: t.outputToken.mint,
    amountOut: String(t.outputToken.amountRaw),
  }));
}

module.exports = { trades };

if (require.main === module) {
  for (const file of process.argv.slice(2)) {
    for (const transaction of read(file)) {
      console.log(JSON.stringify({ signature: transaction.transaction.signatures[0], trades: trades(transaction) }));
    }
  }
}

// Reads files of the data set into the shape that the parser takes: getTransaction replies, and getBlock replies in json or base64.
const fs = require('fs');
const zlib = require('zlib');
const { VersionedTransaction } = require('@solana/web3.js');
const bs58 = require('bs58');

function read(file) {
  let bytes = fs.readFileSync(file);
  if (file.endsWith('.gz')) bytes = zlib.gunzipSync(bytes);
  const document = JSON.parse(bytes);
  const result = document.result ?? document;
  const slot = result.slot ?? Number(/slot_(\d+)/.exec(file)?.[1]);
  if (!result.transactions) return [result];
  return result.transactions.map((t) => ({ ...plain(t), slot, blockTime: result.blockTime })).filter((t) => !isVote(t));
}

function plain(entry) {
  if (!Array.isArray(entry.transaction)) return { version: 'legacy', ...entry };
  const decoded = VersionedTransaction.deserialize(Buffer.from(entry.transaction[0], 'base64'));
  const message = decoded.message;
  return {
    version: message.version,
    meta: entry.meta,
    transaction: {
      signatures: decoded.signatures.map((s) => (bs58.encode ?? bs58.default.encode)(s)),
      message: {
        header: message.header,
        accountKeys: message.staticAccountKeys.map((k) => k.toBase58()),
        recentBlockhash: message.recentBlockhash,
        instructions: message.compiledInstructions.map((ix) => ({
          programIdIndex: ix.programIdIndex,
          accounts: [...ix.accountKeyIndexes],
          data: (bs58.encode ?? bs58.default.encode)(ix.data),
        })),
      },
    },
  };
}

function isVote(t) {
  const { accountKeys, instructions } = t.transaction.message;
  return instructions.length === 1 && accountKeys[instructions[0].programIdIndex] === 'Vote111111111111111111111111111111111111111';
}

module.exports = { read };

// Asks a node everything that this client can ask of it, and checks the answers against each other.
// Arguments: folder of node_modules, address of the node. Prints one line a check; ends with 1 where one fails.
'use strict';
const assert = require('node:assert');
const { createRequire } = require('node:module');
const path = require('node:path');
const [modules, url, separate] = process.argv.slice(2);
const web3 = createRequire(path.join(modules, 'package.json'))('@solana/web3.js');
const connection = new web3.Connection(url, separate === 'same' ? { wsEndpoint: url.replace('http', 'ws'), commitment: 'confirmed' } : 'confirmed');
const v0 = { maxSupportedTransactionVersion: 0, commitment: 'confirmed' };

async function check(name, body) {
  const said = await body();
  console.log(`${name}: ${said}`);
}

async function main() {
  const slot = await connection.getSlot('finalized');
  await check('getSlot', async () => {
    assert(await connection.getSlot('processed') >= slot);
    return slot;
  });
  await check('getVersion', async () => (await connection.getVersion())['solana-core']);
  await check('getGenesisHash', () => connection.getGenesisHash());
  await check('getFirstAvailableBlock', () => connection.getFirstAvailableBlock());
  await check('getEpochInfo', async () => {
    const info = await connection.getEpochInfo('finalized');
    assert(info.absoluteSlot >= slot && info.slotIndex < info.slotsInEpoch);
    return JSON.stringify(info);
  });
  const schedule = await connection.getEpochSchedule();
  await check('getEpochSchedule', async () => {
    const info = await connection.getEpochInfo('finalized');
    assert.strictEqual(schedule.getEpoch(info.absoluteSlot), info.epoch);
    return schedule.slotsPerEpoch;
  });
  await check('getLeaderSchedule', async () => {
    const leaders = await connection.getLeaderSchedule();
    const all = Object.values(leaders).flat();
    assert.strictEqual(new Set(all).size, schedule.slotsPerEpoch);
    const first = await connection.getSlotLeaders(slot, 4);
    const epoch = schedule.getEpoch(slot);
    if (epoch === (await connection.getEpochInfo()).epoch) {
      assert(leaders[first[0].toBase58()].includes(slot - schedule.getFirstSlotInEpoch(epoch)));
    }
    return `${Object.keys(leaders).length} leaders`;
  });
  await check('getSlotLeader', () => connection.getSlotLeader());
  await check('getVoteAccounts', async () => {
    const votes = await connection.getVoteAccounts();
    assert(votes.current.length > 0 && votes.current.every(v => v.epochCredits.length > 0));
    return `${votes.current.length} current, ${votes.delinquent.length} delinquent`;
  });
  await check('getClusterNodes', async () => `${(await connection.getClusterNodes()).length} nodes`);
  await check('getInflationRate', async () => (await connection.getInflationRate()).total);
  await check('getInflationGovernor', async () => (await connection.getInflationGovernor()).taper);
  await check('getBlockProduction', async () => {
    const production = await connection.getBlockProduction({ commitment: 'finalized' });
    const led = Object.values(production.value.byIdentity).reduce((sum, [slots]) => sum + slots, 0);
    assert.strictEqual(led, production.value.range.lastSlot - production.value.range.firstSlot + 1);
    return `${led} slots`;
  });
  await check('getInflationReward', async () => {
    const votes = await connection.getVoteAccounts();
    const rewards = await connection.getInflationReward(votes.current.slice(0, 3).map(v => new web3.PublicKey(v.votePubkey)), schedule.getEpoch(slot) - 1);
    assert.strictEqual(rewards.length, 3);
    return JSON.stringify(rewards[0]);
  });
  await check('getLatestBlockhash', async () => (await connection.getLatestBlockhash()).blockhash);
  await check('getTransactionCount', () => connection.getTransactionCount());

  const slots = await connection.getBlocks(slot - 100, slot, 'finalized');
  await check('getBlocks', async () => {
    assert(slots.length > 5 && slots.every((s, i) => i === 0 || s > slots[i - 1]));
    return slots.length;
  });
  const at = slots[slots.length - 1];
  const block = await connection.getBlock(at, v0);
  await check('getBlock', async () => {
    const parent = await connection.getBlock(block.parentSlot, v0);
    assert.strictEqual(parent.blockhash, block.previousBlockhash);
    assert.strictEqual(block.blockTime, await connection.getBlockTime(at));
    for (const { transaction, meta } of block.transactions) {
      const keys = transaction.message.getAccountKeys({ accountKeysFromLookups: meta.loadedAddresses });
      assert.strictEqual(keys.length, meta.preBalances.length);
    }
    return `${block.transactions.length} transactions, ${block.transactions.filter(t => t.version === 0).length} of version 0`;
  });
  await check('getBlock without versions', () => connection.getBlock(at).then(() => assert.fail(), e => { assert.strictEqual(e.code, -32015); return e.code; }));
  await check('getBlock, none', async () => (await connection.getBlock(at, { ...v0, transactionDetails: 'none' })).blockhash);
  await check('getBlock, accounts', async () => {
    const accounts = await connection.getBlock(at, { ...v0, transactionDetails: 'accounts' });
    assert.strictEqual(accounts.transactions.length, block.transactions.length);
    return accounts.transactions[0].transaction.accountKeys.length;
  });
  await check('getBlockSignatures', async () => {
    const { signatures } = await connection.getBlockSignatures(at);
    assert.deepStrictEqual(signatures, block.transactions.map(t => t.transaction.signatures[0]));
    return signatures.length;
  });
  await check('getParsedBlock', async () => {
    const parsed = await connection.getParsedBlock(at, v0);
    parsed.transactions.forEach((t, i) => assert.strictEqual(t.transaction.message.accountKeys.length, block.transactions[i].meta.preBalances.length));
    return parsed.transactions[0].transaction.message.instructions[0].programId.toBase58();
  });
  await check('base64', async () => {
    const reply = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'getBlock', params: [at, { ...v0, encoding: 'base64' }] }),
    });
    const { result } = await reply.json();
    result.transactions.forEach((t, i) => {
      const read = web3.VersionedTransaction.deserialize(Buffer.from(t.transaction[0], 'base64'));
      const known = block.transactions[i].transaction.message;
      assert.strictEqual(read.message.recentBlockhash, known.recentBlockhash);
      assert.deepStrictEqual(read.message.staticAccountKeys.map(k => k.toBase58()), known.staticAccountKeys.map(k => k.toBase58()));
      assert.deepStrictEqual(read.message.compiledInstructions.map(x => Buffer.from(x.data).toString('hex')), known.compiledInstructions.map(x => Buffer.from(x.data).toString('hex')));
      assert.strictEqual(t.version === 0 ? 0 : 'legacy', read.version);
    });
    return result.transactions.length;
  });
  await check('skipped slot', async () => {
    for (let s = slots[0]; s < at; s++) {
      if (slots.includes(s)) { continue; }
      return connection.getBlock(s, v0).then(() => assert.fail(), e => { assert.strictEqual(e.code, -32007); return e.code; });
    }
    return 'none in sight';
  });
  await check('getMultipleAccounts', async () => {
    const program = new web3.PublicKey('4R3gSG8BpU4t19KYj8CfnbtRpnT8gtk4dvTHxVRwc2r7');
    const epoch = Buffer.alloc(8);
    epoch.writeBigUInt64LE(BigInt(schedule.getEpoch(slot)));
    const votes = (await connection.getVoteAccounts()).current.map(v => new web3.PublicKey(v.votePubkey)).slice(0, 100);
    const addresses = votes.map(v => web3.PublicKey.findProgramAddressSync([Buffer.from('TIP_DISTRIBUTION_ACCOUNT'), v.toBuffer(), epoch], program)[0]);
    const accounts = await connection.getMultipleAccountsInfo(addresses);
    const found = accounts.filter(a => a !== null);
    assert(found.length > 0 && found.every(a => a.owner.equals(program) && a.data.length === 168));
    accounts.forEach((a, i) => assert(a === null || votes[i].toBuffer().equals(a.data.subarray(8, 40))));
    return `${found.length} tip distribution accounts`;
  });
  await check('onSlotChange and onRootChange', () => new Promise((resolve, reject) => {
    const seen = { slots: [], roots: [] };
    const ids = [];
    const done = async () => {
      if (seen.slots.length < 6 || seen.roots.length < 6 || seen.over) { return; }
      seen.over = true;
      try {
        assert(seen.slots.every((s, i) => i === 0 || s.parent === seen.slots[i - 1].slot));
        assert(seen.roots.every((r, i) => i === 0 || r > seen.roots[i - 1]));
        await connection.removeSlotChangeListener(ids[0]);
        await connection.removeRootChangeListener(ids[1]);
        resolve(`slots ${seen.slots[0].slot} to ${seen.slots.at(-1).slot}, roots to ${seen.roots.at(-1)}`);
      } catch (e) { reject(e); }
    };
    ids.push(connection.onSlotChange(s => { seen.slots.push(s); done(); }));
    ids.push(connection.onRootChange(r => { seen.roots.push(r); done(); }));
  }));
}

main().then(() => process.exit(0), e => { console.error(e); process.exit(1); });

// Reads the API and fills the page. Text goes in as text, never as markup.

const knownTokens = {
  So11111111111111111111111111111111111111112: ['SOL', 9],
  EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v: ['USDC', 6],
  Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB: ['USDT', 6],
  mSoLzYCxHdYgdzU16g5QSh3i5K3z3KZK7ytfqcJm7So: ['mSOL', 9],
  J1toso1uCk3RLmjorhTtrVwY9HJ7X8V9yYac6Y7kGCPn: ['JitoSOL', 9],
  '7dHbWXmci3dT8UFYWYZweBLXgycu7Y3iL6trKn1Y7ARj': ['stSOL', 9],
};
const pageRows = 25;
const lamports = 1_000_000_000n;

const byId = (id) => document.getElementById(id);
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

function element(tag, options = {}, ...children) {
  const { className, ...rest } = options;
  const made = document.createElement(tag);
  if (className) made.className = className;
  for (const [name, value] of Object.entries(rest)) if (value !== undefined) made.setAttribute(name, value);
  made.append(...children.filter((c) => c !== null && c !== undefined));
  return made;
}

// Base units are strings, since numbers here are exact to 2^53 only.
function units(text, decimals, digits) {
  const value = BigInt(text);
  const scale = 10n ** BigInt(decimals);
  const size = value < 0n ? -value : value;
  const fraction = (size % scale).toString().padStart(decimals, '0').slice(0, digits).replace(/0+$/, '');
  const amount = whole.format(size / scale) + (fraction ? `.${fraction}` : '');
  const sign = value < 0n ? '−' : '';
  return amount === '0' && size > 0n ? `${sign}<0.${'0'.repeat(digits - 1)}1` : sign + amount;
}

function amount(text, mint) {
  if (text === null) return 'unknown';
  const token = knownTokens[mint];
  return token ? `${units(text, token[1], Math.min(token[1], 6))} ${token[0]}` : `${whole.format(BigInt(text))} base units`;
}

const sol = (text) => `${units(text, 9, BigInt(text) < lamports ? 6 : 2)} SOL`;
const roundSol = (text) => `${units(text, 9, BigInt(text) < 100n * lamports ? 3 : 0)} SOL`;
const tip = (text) => (text === '0' ? element('span', { className: 'dim' }, 'none') : sol(text));
const short = (key) => (key.length > 12 ? `${key.slice(0, 4)}…${key.slice(-4)}` : key);
const tokenName = (mint) => knownTokens[mint]?.[0] ?? short(mint);
const time = (iso) => (iso ? iso.slice(0, 19).replace('T', ' ') : 'no time');
const percent = (share) => (share === null ? '–' : share === 1 ? '100 %' : `${(Math.floor(share * 10_000) / 100).toFixed(2)} %`);

async function get(path) {
  const reply = await fetch(path);
  const body = await reply.json();
  if (!reply.ok) throw new Error(body.detail ?? `${path} was answered with ${reply.status}`);
  return body;
}

function setState(text, kind) {
  const state = byId('state');
  state.textContent = text;
  state.className = `state ${kind}`;
}

function empty(text) {
  return element('p', { className: 'empty' }, text);
}

function showFigures(summary) {
  const tile = (name, value, more) =>
    element('div', { className: 'tile' }, element('span', {}, name), element('b', {}, value), more ? element('small', {}, more) : null);
  const found = summary.findings.reduce((sum, f) => sum + f.count, 0);
  byId('figures').replaceChildren(
    tile('Slots', whole.format(summary.slots), summary.skipped_slots > 0 ? `${whole.format(summary.skipped_slots)} skipped` : null),
    tile('Transactions', whole.format(summary.transactions), `${whole.format(summary.votes)} votes`),
    tile('Swaps', whole.format(summary.swaps)),
    tile('Arbitrages', whole.format(found)),
    tile('Sandwiches', whole.format(summary.other_findings.filter((f) => f.kind === 'sandwiches').reduce((sum, f) => sum + f.count, 0))),
    tile('Fees', roundSol(summary.fees_lamports)),
    tile('Tips', roundSol(summary.tips_lamports), `${whole.format(summary.tipped)} transactions`),
  );
  byId('range').textContent = summary.slots === 0
    ? 'it is empty so far.'
    : `slots ${whole.format(summary.first_slot)} to ${whole.format(summary.last_slot)}`
      + (summary.first_block_time ? `, ${time(summary.first_block_time)} to ${time(summary.last_block_time)} UTC.` : '.');
  if (summary.last_slot !== null) byId('slot-link').href = `/api/v1/slots/${summary.last_slot}`;
}

function showQuality(quality) {
  const check = (name, checked, failed, noun) => {
    const share = checked === 0 ? null : (checked - failed) / checked;
    const bar = element('meter', { min: 0, max: 1, low: 0.95, high: 0.999, optimum: 1, value: share ?? 0 });
    bar.ariaLabel = name;
    return element('div', { className: 'check' },
      element('div', { className: 'head' }, element('b', {}, name), element('span', {}, percent(share))),
      bar,
      element('small', {}, checked === 0 ? 'nothing to check' : `${whole.format(failed)} of ${whole.format(checked)} ${noun} failed`));
  };
  byId('quality').replaceChildren(
    check('Blocks that pass', quality.checked, quality.checked - quality.passed, 'blocks'),
    check('Fee formula', quality.fee_formula.checked, quality.fee_formula.failed, 'fees'),
    check('Lamports add up', quality.lamports.checked, quality.lamports.failed, 'transactions'),
    check('Tokens add up', quality.tokens.checked, quality.tokens.failed, 'sums'),
    check('Leader rewards', quality.reward.checked, quality.reward.failed, 'blocks'),
  );
}

function table(names, rows, className) {
  const head = element('tr', {}, ...names.map(([name, kind]) => element('th', { scope: 'col', className: kind }, name)));
  const body = rows.map((cells) => element('tr', {}, ...cells.map((cell, i) =>
    element('td', { className: names[i][1], 'data-name': names[i][0] }, cell))));
  return element('table', { className }, element('thead', {}, head), element('tbody', {}, ...body));
}

function showClasses(findings) {
  byId('by-class').replaceChildren(findings.length === 0
    ? empty('No arbitrage has been found in these slots.')
    : table(
      [['Class'], ['Token'], ['Findings', 'num'], ['Gross', 'num'], ['Net', 'num'], ['Tips', 'num']],
      findings.slice(0, 12).map((f) => [
        element('span', { className: 'chip' }, f.class.replace('_', '-')),
        element('span', { title: f.profit_mint }, tokenName(f.profit_mint)),
        whole.format(f.count),
        amount(f.gross, f.profit_mint),
        f.count_with_net === 0 ? 'unknown' : amount(f.net, f.profit_mint) + (f.count_with_net < f.count ? ` (of ${whole.format(f.count_with_net)})` : ''),
        tip(f.tip_lamports),
      ]), 'cards'));
}

const kindNames = {
  sandwiches: 'Sandwich', round_trips: 'No sandwich', jit: 'JIT liquidity', liquidations: 'Liquidation', failed_attempts: 'Failed attempt', bundles: 'Bundle',
};

function signed(text) {
  const value = BigInt(text);
  return element('span', { className: value > 0n ? 'gain' : value < 0n ? 'loss' : 'dim' }, value === 0n ? '0 SOL' : sol(text));
}

function showKinds(findings) {
  byId('by-kind').replaceChildren(findings.length === 0
    ? empty('Nothing else has been found in these slots.')
    : table(
      [['Kind'], ['Class'], ['Findings', 'num'], ['Net', 'num'], ["Victims' loss", 'num'], ['Fees', 'num']],
      findings.map((f) => [
        kindNames[f.kind] ?? f.kind,
        element('span', { className: 'chip' }, f.class.replaceAll('_', '-')),
        whole.format(f.count),
        f.count_with_net === 0 ? element('span', { className: 'dim' }, f.kind === 'sandwiches' || f.kind === 'jit' || f.kind === 'liquidations' ? 'unknown' : '–') : signed(f.net_lamports),
        f.victim_loss_lamports === null ? element('span', { className: 'dim' }, '–') : sol(f.victim_loss_lamports),
        f.fee_lamports === '0' ? element('span', { className: 'dim' }, '–') : sol(f.fee_lamports),
      ]), 'cards'));
}

async function showSandwiches() {
  const { data } = await get('/api/v1/sandwiches?limit=10');
  byId('latest-sandwiches').replaceChildren(data.length === 0
    ? empty('No sandwich has been found in these slots.')
    : table(
      [['Slot'], ['Time'], ['Class'], ['Venue', 'route'], ['Victims', 'num'], ['Loss', 'num'], ['Net', 'num'], ['Attacker'], ['Confidence', 'num']],
      data.map((s) => [
        element('a', { href: `/api/v1/slots/${s.slot}` }, whole.format(s.slot)),
        time(s.block_time),
        element('span', { className: 'chip', title: s.tags.join(', ') }, s.class.replaceAll('_', '-')),
        element('a', { href: `/api/v1/sandwiches/${encodeURIComponent(s.id)}`, title: s.pool }, `${s.venue} ${tokenName(s.mint_in)} → ${tokenName(s.mint_out)}`),
        whole.format(s.victims.length),
        s.victim_loss === null ? element('span', { className: 'dim' }, 'unknown') : amount(s.victim_loss, s.loss_mint),
        s.net === null ? element('span', { className: 'dim' }, 'unknown')
          : element('span', { className: BigInt(s.net) > 0n ? 'gain' : 'loss' }, amount(s.net, s.mint_in)),
        element('a', { className: 'mono', href: `/api/v1/sandwiches?signer=${s.attacker}`, title: s.attacker }, short(s.attacker)),
        s.confidence.toFixed(2),
      ]), 'cards'));
}

async function showLiquidations() {
  const { data } = await get('/api/v1/liquidations?limit=10');
  byId('latest-liquidations').replaceChildren(data.length === 0
    ? empty('No liquidation has been found in these slots.')
    : table(
      [['Slot'], ['Time'], ['Protocol'], ['Repaid', 'num'], ['Seized', 'num'], ['Bonus', 'num'], ['Liquidator']],
      data.map((l) => [
        element('a', { href: `/api/v1/slots/${l.slot}` }, whole.format(l.slot)),
        time(l.block_time),
        element('a', { href: `/api/v1/liquidations/${encodeURIComponent(l.id)}`, title: l.signature }, l.protocol),
        l.repaid_amount === null ? element('span', { className: 'dim' }, 'unknown') : amount(l.repaid_amount, l.repay_mint),
        l.seized_amount === null ? element('span', { className: 'dim' }, 'unknown') : amount(l.seized_amount, l.seized_mint),
        l.bonus_bps === null ? element('span', { className: 'dim' }, 'unknown') : `${(l.bonus_bps / 100).toFixed(2)} %`,
        element('a', { className: 'mono', href: `/api/v1/liquidations?signer=${l.liquidator}`, title: l.liquidator }, short(l.liquidator)),
      ]), 'cards'));
}

const columns = [['Slot'], ['Time'], ['Class'], ['Route', 'route'], ['Gross', 'num'], ['Net', 'num'], ['Tip', 'num'], ['Signer'], ['Confidence', 'num']];

function row(a) {
  const venues = a.legs.map((leg) => leg.venue).join(' → ');
  const gain = a.net === null ? 'dim' : BigInt(a.net) > 0n ? 'gain' : 'loss';
  return [
    element('a', { href: `/api/v1/slots/${a.slot}` }, whole.format(a.slot)),
    time(a.block_time),
    element('span', { className: 'chip' }, a.class.replace('_', '-')),
    element('a', { href: `/api/v1/arbitrages/${a.signature}`, title: a.signature }, venues || `${a.pools.length} pools`),
    amount(a.gross, a.profit_mint),
    element('span', { className: gain }, amount(a.net, a.profit_mint)),
    tip(a.tip_lamports),
    element('a', { className: 'mono', href: `/api/v1/arbitrages?signer=${a.signer}`, title: a.signer }, short(a.signer)),
    a.confidence.toFixed(2),
  ];
}

let next = null;

async function showLatest(more) {
  const page = await get(`/api/v1/arbitrages?limit=${pageRows}${more && next ? `&cursor=${next}` : ''}`);
  next = page.next_cursor;
  byId('more').hidden = next === null;
  const shown = table(columns, page.data.map(row), 'cards');
  if (more) byId('latest').querySelector('tbody').append(...shown.querySelectorAll('tbody tr'));
  else byId('latest').replaceChildren(page.data.length === 0 ? empty('No arbitrage has been found in these slots.') : shown);
}

const liveRows = 12;
const liveChannels = 'arbitrages,sandwiches,jit,liquidations,round_trips';
const bytes = (count) => `${whole.format(count / 1_048_576)} MiB`;
const known = (count) => (count === null ? '–' : whole.format(count));

function showStatus(status) {
  const tile = (name, value, more) =>
    element('div', { className: 'tile' }, element('span', {}, name), element('b', {}, value), more ? element('small', {}, more) : null);
  byId('live-figures').replaceChildren(
    tile('State', status.state.replaceAll('_', ' '), `${bytes(status.memory_bytes)} of memory`),
    tile('Position', status.position === null ? '–' : String(status.position), `tip ${status.tip_slot ?? '–'}`),
    tile('Behind', status.lag_slots === null ? '–' : `${whole.format(status.lag_slots)} slots`, status.lag_seconds === null ? null : `${status.lag_seconds.toFixed(1)} s`),
    tile('Findings a minute', whole.format(status.findings_per_minute.total), `${whole.format(status.retracted)} retracted since the start`),
    tile('Missed slots', known(status.gaps.missed), `${known(status.gaps.back_filled)} back-filled, ${known(status.gaps.replaced)} replaced`),
    tile('Reconciled', status.reconciled_slot === null ? '–' : String(status.reconciled_slot), `finalized ${status.finalized_slot ?? '–'}`),
  );
  const breaker = { closed: 'good', open: 'bad', half_open: 'warn' };
  byId('live-endpoints').replaceChildren(table(
    [['Endpoint'], ['Kind'], ['Breaker'], ['Requests', 'num'], ['Failed', 'num'], ['Rate-limited', 'num'], ['Rests', 'num']],
    status.endpoints.map((e) => [
      e.name, e.kind,
      element('span', { className: `state ${breaker[e.breaker] ?? ''}` }, e.requests === null ? (e.breaker === 'closed' ? 'connected' : 'not connected') : e.breaker.replace('_', '-')),
      known(e.requests), known(e.failures), known(e.rate_limited),
      e.rest_seconds > 0 ? `${e.rest_seconds.toFixed(1)} s` : '–',
    ]), 'cards'));
}

function liveRow({ channel, slot, key, at_unix_ms: at, value }) {
  const who = value.attacker ?? value.signer ?? value.provider ?? value.actor;
  const where = value.venue ?? value.protocol ?? value.legs?.map((leg) => leg.venue).join(' → ') ?? '';
  const hasOwnPage = channel !== 'round_trips';
  const cells = [
    ['Slot', whole.format(slot)],
    ['Kind', hasOwnPage ? element('a', { href: `/api/v1/${channel}/${encodeURIComponent(key)}` }, kindNames[channel] ?? 'Arbitrage') : kindNames[channel]],
    ['Class', value.class ? element('span', { className: 'chip' }, value.class.replaceAll('_', '-')) : ''],
    ['Where', where, 'route'],
    ['Net', value.net_lamports === undefined || value.net_lamports === null ? element('span', { className: 'dim' }, '–') : signed(value.net_lamports), 'num'],
    ['Who', who ? element('span', { className: 'mono', title: who }, short(who)) : ''],
    ['Time', element('time', { datetime: new Date(at).toISOString() }, new Date(at).toISOString().slice(11, 19)), 'num'],
  ];
  return element('tr', { 'data-key': key }, ...cells.map(([name, cell, className]) => element('td', { className, 'data-name': name }, cell)));
}

// The browser comes back by itself after a break, with the id of the last event, so nothing is shown twice or left out.
function followFeed() {
  const rows = byId('live-findings');
  const feed = new EventSource(`/api/v1/live?channel=${liveChannels}&snapshot=${liveRows}`);
  feed.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    rows.querySelector(`[data-key="${CSS.escape(message.key)}"]`)?.remove();
    if (message.type === 'added') rows.prepend(liveRow(message));
    while (rows.children.length > liveRows) rows.lastElementChild.remove();
    byId('live-empty').hidden = rows.children.length > 0;
  };
}

async function showLive() {
  const reply = await fetch('/api/v1/status');
  if (!reply.ok) return; // a process that only serves
  showStatus(await reply.json());
  byId('live').hidden = false;
  followFeed();
  setInterval(async () => {
    try {
      showStatus(await get('/api/v1/status'));
    } catch {
      setState('the process does not answer', 'bad');
    }
  }, 2_000);
}

async function guarded(work) {
  try {
    await work();
    setState('store answers', 'good');
  } catch (error) {
    setState('store does not answer', 'bad');
    byId('range').textContent = error.message;
  }
}

await showLive();
byId('example').textContent = `curl '${location.origin}/api/v1/arbitrages?class=cyclic&limit=5'`;
byId('more').addEventListener('click', () => guarded(() => showLatest(true)));
await guarded(async () => {
  const [summary] = await Promise.all([get('/api/v1/summary'), showLatest(false), showSandwiches(), showLiquidations()]);
  showFigures(summary);
  showQuality(summary.quality);
  showClasses(summary.findings);
  showKinds(summary.other_findings);
});

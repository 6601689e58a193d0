using Sluice.Api.Contracts;

namespace Sluice.Api.Queries;

/// <summary>Adds up the whole store.</summary>
internal sealed class SummaryQueries(StoreReader store)
{
    /// <summary>The fields of <see cref="Summary"/>, by their names in JSON.</summary>
    private const string Select =
        """
        SELECT toDecimal64(if(b.slots = 0, NULL, b.first_slot), 0) AS first_slot, toDecimal64(if(b.slots = 0, NULL, b.last_slot), 0) AS last_slot,
          b.first_block_time AS first_block_time, b.last_block_time AS last_block_time,
          toDecimal64(b.slots, 0) AS slots, toDecimal64((SELECT count() FROM skipped_slots), 0) AS skipped_slots,
          toDecimal64(b.transactions, 0) AS transactions, toDecimal64(b.votes, 0) AS votes, toDecimal64(b.failed, 0) AS failed, toDecimal64(b.tipped, 0) AS tipped, toDecimal64(b.swaps, 0) AS swaps,
          toString(b.fees) AS fees_lamports, toString(b.priority_fees) AS priority_fees_lamports, toString(b.tips) AS tips_lamports,
          CAST((q.checked, q.passed, if(q.checked = 0, NULL, q.passed / q.checked), q.broken_parents, q.fee_formula, q.lamports, q.tokens, q.reward,
              q.decode_rejected, q.drifted_swaps),
            'Tuple(checked Decimal(18, 0), passed Decimal(18, 0), share Nullable(Float64), broken_parents Decimal(18, 0), fee_formula Tuple(checked Decimal(18, 0), failed Decimal(18, 0)), lamports Tuple(checked Decimal(18, 0), failed Decimal(18, 0)), tokens Tuple(checked Decimal(18, 0), failed Decimal(18, 0)), reward Tuple(checked Decimal(18, 0), failed Decimal(18, 0)), decode_rejected Decimal(18, 0), drifted_swaps Decimal(18, 0))') AS quality,
          (SELECT groupArray(CAST((f.class, f.profit_mint, f.findings, toString(f.gross), toString(f.net), f.with_net, toString(f.tips)),
              'Tuple(class String, profit_mint String, count Decimal(18, 0), gross String, net String, count_with_net Decimal(18, 0), tip_lamports String)'))
            FROM (
              SELECT a.class AS class, a.profit_mint AS profit_mint, count() AS findings, sum(a.gross) AS gross, ifNull(sum(a.net), 0) AS net,
                count(a.net) AS with_net, sum(toInt128(a.tip_lamports)) AS tips
              FROM arbitrages AS a
              WHERE NOT a.retracted
              GROUP BY class, profit_mint
              ORDER BY findings DESC, class, profit_mint
              LIMIT 100) AS f) AS findings,
          (SELECT groupArray(CAST((o.kind, o.class, o.findings, toString(o.net), o.with_net, if(o.kind = 'sandwiches', toString(o.loss), NULL), toString(o.fees)),
              'Tuple(kind String, class String, count Decimal(18, 0), net_lamports String, count_with_net Decimal(18, 0), victim_loss_lamports Nullable(String), fee_lamports String)'))
            FROM (SELECT * FROM (
              SELECT 'sandwiches' AS kind, toString(s.class) AS class, count() AS findings, ifNull(sum(s.net_lamports), 0) AS net, count(s.net_lamports) AS with_net,
                ifNull(sum(s.victim_loss_lamports), 0) AS loss, sum(toInt128(s.fee_lamports)) AS fees
              FROM sandwiches AS s WHERE NOT s.retracted GROUP BY class
              UNION ALL SELECT 'round_trips', toString(r.class), count(), 0, 0, 0, sum(toInt128(r.fee_lamports))
              FROM round_trips AS r WHERE NOT r.retracted GROUP BY r.class
              UNION ALL SELECT 'jit', toString(j.venue), count(), ifNull(sum(j.net_lamports), 0), count(j.net_lamports), 0, sum(toInt128(j.fee_lamports))
              FROM jit AS j WHERE NOT j.retracted GROUP BY j.venue
              UNION ALL SELECT 'liquidations', toString(l.protocol), count(), ifNull(sum(l.net_lamports), 0), count(l.net_lamports), 0, sum(toInt128(l.fee_lamports))
              FROM liquidations AS l WHERE NOT l.retracted GROUP BY l.protocol
              UNION ALL SELECT 'failed_attempts', toString(a.class), count(), 0, 0, 0, sum(toInt128(a.fee_lamports))
              FROM failed_attempts AS a WHERE NOT a.retracted GROUP BY a.class
              UNION ALL SELECT 'bundles', 'inferred', count(), 0, 0, 0, 0
              FROM bundles AS u WHERE NOT u.retracted HAVING count() > 0)
              ORDER BY kind, findings DESC, class) AS o) AS other_findings
        FROM (
            SELECT count() AS slots, min(slot) AS first_slot, max(slot) AS last_slot,
              min(block_time) AS first_block_time, max(block_time) AS last_block_time,
              sum(transaction_count) AS transactions, sum(vote_count) AS votes, sum(failed_count) AS failed,
              sum(tipped_transaction_count) AS tipped, sum(swap_count) AS swaps,
              sum(toInt128(fees_lamports)) AS fees, sum(toInt128(priority_fees_lamports)) AS priority_fees, sum(toInt128(tips_lamports)) AS tips
            FROM blocks) AS b
          CROSS JOIN (
            SELECT count() AS checked, countIf(passed) AS passed, countIf(parent = 'broken') AS broken_parents,
              (sum(fee_formula_checked), sum(fee_formula_failed)) AS fee_formula, (sum(lamports_checked), sum(lamports_failed)) AS lamports,
              (sum(tokens_checked), sum(tokens_failed)) AS tokens, (sum(reward_checked), sum(reward_failed)) AS reward,
              sum(decode_rejected) AS decode_rejected, sum(drifted_swaps) AS drifted_swaps
            FROM data_quality) AS q
        """;

    /// <summary>A <see cref="Summary"/> as JSON.</summary>
    public Task<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken) =>
        store.ReadRowAsync(new SqlStatement("summary", Select), cancellationToken);
}

using System.Text;
using Sluice.Lab.Evaluation;
using Sluice.Sinks;
using Sluice.Sinks.Migrations;

namespace Sluice.Cli.Evaluation;

/// <summary>Reads the findings of a store as lines of the format that evaluations read.</summary>
internal static class StoreFindings
{
    private static readonly (string Table, string Sql)[] Queries =
    [
        ("arbitrages",
            "SELECT 'arbitrage' AS type, t.slot AS slot, t.class AS class, t.signature AS signature, t.signer AS signer, t.profit_mint AS profit_mint, "
            + "toString(t.gross) AS gross, toString(t.net) AS net, t.caused_by_signature AS caused_by_signature"),
        ("sandwiches",
            "SELECT 'sandwich' AS type, t.slot AS slot, t.class AS class, t.attacker AS signer, t.mint_in AS profit_mint, toString(t.gross) AS gross, toString(t.net) AS net, "
            + "t.`legs.signature` AS legs, arrayMap((s, l, h) -> CAST((s, toString(l), toString(h)), 'Tuple(signature String, loss_low Nullable(String), loss_high Nullable(String))'), "
            + "t.`victims.signature`, t.`victims.loss_low`, t.`victims.loss_high`) AS victims"),
        ("jit",
            "SELECT 'jit' AS type, t.slot AS slot, t.venue AS class, t.provider AS signer, t.profit_mint AS profit_mint, toString(t.gross) AS gross, toString(t.net) AS net, "
            + "t.`changes.signature` AS changes, t.`victims.signature` AS trades"),
        ("liquidations",
            "SELECT 'liquidation' AS type, t.slot AS slot, t.protocol AS class, t.signature AS signature, t.signer AS signer, t.obligation AS obligation, "
            + "t.profit_mint AS profit_mint, toString(t.gross) AS gross, toString(t.net) AS net"),
        ("failed_attempts", "SELECT 'failed_attempt' AS type, t.slot AS slot, t.class AS class, t.signature AS signature, t.signer AS signer"),
        ("round_trips", "SELECT 'round_trip' AS type, t.class AS class, t.failed_rule AS failed_rule, t.signatures AS signatures"),
    ];

    /// <summary>Reads all findings that were not taken back.</summary>
    /// <exception cref="ClickHouseException">The store cannot answer.</exception>
    public static async Task<DetectorOutput> ReadAsync(IClickHouse store, CancellationToken cancel)
    {
        await SchemaMigrations.RequireCurrentAsync(store, cancel);
        var output = new DetectorOutput();
        foreach (var (table, sql) in Queries)
        {
            var query = new ClickHouseQuery($"{sql} FROM {table} AS t FINAL WHERE NOT t.retracted ORDER BY t.slot, t.id") { MaxDuration = TimeSpan.FromMinutes(10) };
            await foreach (var rows in store.StreamAsync(query, cancel))
            {
                using var text = new StringReader(Encoding.UTF8.GetString(rows.Span));
                FindingsReader.Read(text, $"table {table}", output);
            }
        }

        return output;
    }
}

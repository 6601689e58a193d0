using Microsoft.Extensions.Diagnostics.HealthChecks;
using Sluice.Sinks;

namespace Sluice.Api.Hosting;

/// <summary>Healthy when the store answers and holds the tables that are read here.</summary>
internal sealed class StoreHealthCheck(IClickHouse store) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly string[] Tables = ["arbitrages", "blocks", "data_quality", "skipped_slots", "swaps"];

    private static readonly ClickHouseQuery Question = new(
        $"SELECT name FROM system.tables WHERE database = currentDatabase() AND name IN ('{string.Join("','", Tables)}')")
    {
        Format = "TSV",
        MaxRows = Tables.Length,
        MaxDuration = Patience,
    };

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var answer = await store.QueryAsync(Question, cancellationToken).WaitAsync(Patience, cancellationToken);
            var present = answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var missing = Tables.Except(present).ToArray();
            return missing.Length == 0
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"The store lacks tables: {string.Join(", ", missing)}.");
        }
        catch (ClickHouseException e)
        {
            return HealthCheckResult.Unhealthy($"The store refused (code {e.Code}): {e.Message}");
        }
        catch (StoreException e)
        {
            return HealthCheckResult.Unhealthy(e.Message);
        }
        catch (TimeoutException)
        {
            return HealthCheckResult.Unhealthy($"The store did not answer within {Patience.TotalSeconds} s.");
        }
    }
}

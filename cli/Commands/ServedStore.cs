using Sluice.Cli.Output;
using Sluice.Sinks;

namespace Sluice.Cli.Commands;

/// <summary>Asks a store through the api that holds it open.</summary>
internal static class ServedStore
{
    /// <summary>Asks and writes the answer; null when nobody answers there, so that the caller reports why the store could not be opened.</summary>
    public static async Task<int?> TryAskAsync(Uri api, ClickHouseQuery query, Stream output, CancellationToken cancel)
    {
        using var client = new HttpClient { Timeout = (query.MaxDuration ?? TimeSpan.FromMinutes(1)) + TimeSpan.FromSeconds(5) };
        try
        {
            using var body = new StringContent(query.Sql);
            using var reply = await client.PostAsync(new Uri(api, $"/query?default_format={Uri.EscapeDataString(query.Format)}"), body, cancel);
            if (reply.IsSuccessStatusCode)
            {
                await reply.Content.CopyToAsync(output, cancel);
                return ExitCode.Done;
            }

            Fail.Print((await reply.Content.ReadAsStringAsync(cancel)).Trim());
            return ExitCode.Failed;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}

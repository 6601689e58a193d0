using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Sluice.Api.Status;
using Sluice.Cli.Output;

namespace Sluice.Cli.Commands;

/// <summary><c>sluice status</c>: how a running <c>sluice run</c> stands, at a glance.</summary>
internal static class StatusCommand
{
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(1);
    private static readonly JsonSerializerOptions Form = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static Command Create()
    {
        var api = new Option<string?>("--api") { Description = "Where it serves. Default: where the store says that it is served, or http://127.0.0.1:8080.", HelpName = "URL" };
        var store = StoreOption.Create();
        var json = new Option<bool>("--json") { Description = "One JSON object." };
        var watch = new Option<bool>("--watch") { Description = "Again every second, until Ctrl-C." };
        var command = new Command("status", "Says how a running 'sluice run' stands: slots, lag, gaps, endpoints, findings.") { api, store, json, watch };
        command.SetAction(async (parsed, cancel) =>
        {
            var given = parsed.GetValue(api);
            if (given is not null && (!Uri.TryCreate(given, UriKind.Absolute, out var named) || named.Scheme is not ("http" or "https")))
            {
                Fail.Print("--api takes an address such as http://127.0.0.1:8080.");
                return ExitCode.WrongArguments;
            }

            var address = given is not null ? new Uri(given) : StoreAnnouncement.Read(parsed.GetRequiredValue(store)) ?? new Uri("http://127.0.0.1:8080");
            return await RunAsync(address, parsed.GetValue(json), parsed.GetValue(watch), cancel);
        });
        return command;
    }

    private static async Task<int> RunAsync(Uri api, bool json, bool watch, CancellationToken cancel)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var lines = 0;
        while (true)
        {
            var (text, wrong) = await AskAsync(client, api, cancel);
            if (wrong is not null && !watch)
            {
                Fail.Print(wrong);
                return ExitCode.Failed;
            }

            // On a terminal each answer takes the place of the one before.
            if (watch && !json && !Console.IsOutputRedirected && lines > 0) { Console.Out.Write($"\x1b[{lines}A\x1b[J"); }
            var shown = wrong ?? (json ? text! : Show(JsonSerializer.Deserialize<LiveStatus>(text!, Form)!));
            Console.Out.WriteLine(shown);
            lines = shown.Count(c => c == '\n') + 1;
            if (!watch) { return ExitCode.Done; }
            await Task.Delay(Refresh, cancel);
        }
    }

    private static async Task<(string? Text, string? Wrong)> AskAsync(HttpClient client, Uri api, CancellationToken cancel)
    {
        try
        {
            using var reply = await client.GetAsync(new Uri(api, "/api/v1/status"), cancel);
            if (reply.IsSuccessStatusCode) { return (await reply.Content.ReadAsStringAsync(cancel), null); }
            return (null, reply.StatusCode == HttpStatusCode.NotFound
                ? $"{api} follows no chain: it is 'sluice run' that has a status."
                : $"{api} answered with {(int)reply.StatusCode}.");
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return (null, $"nobody answers at {api}: start 'sluice run', or name where it serves with --api URL.");
        }
    }

    /// <summary>The status as a few lines for a person.</summary>
    internal static string Show(LiveStatus status)
    {
        var writer = new StringWriter(CultureInfo.InvariantCulture);
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{status.State.Replace('_', ' '),-12} {(status.LagSlots is { } lag ? $"{lag:N0} slots{(status.LagSeconds is { } seconds ? $" ({seconds:0.0} s)" : "")} behind" : "no block yet")} · up {Time(status.UptimeSeconds)} · {Human.Bytes(status.MemoryBytes)} · {status.Readers:N0} readers of the feed"));
        writer.WriteLine($"slots        tip {Slot(status.TipSlot)} · position {Slot(status.Position)} · finalized {Slot(status.FinalizedSlot)} · reconciled {Slot(status.ReconciledSlot)}");
        var gaps = status.Gaps;
        writer.WriteLine($"gaps         {Count(gaps.Missed)} missed · {Count(gaps.BackFilled)} back-filled · {Count(gaps.Skipped)} skipped by leaders · {Count(gaps.Replaced)} replaced · {Count(gaps.Orphaned)} orphaned · {Human.Count(status.Retracted)} findings retracted");
        writer.WriteLine($"a minute     {Human.Count(status.FindingsPerMinute.Total)} findings: {string.Join(" · ", status.FindingsPerMinute.ByKind.Where(k => k.Value > 0).OrderByDescending(k => k.Value).Select(k => $"{k.Key.Replace('_', ' ')} {Human.Count(k.Value)}").DefaultIfEmpty("none"))}");
        if (status.Stored is { } stored) { writer.WriteLine($"stored       {Human.Count(stored.Slots)} slots · {Human.Count(stored.Rows)} rows"); }
        if (status.PushedBlocks is { } pushed) { writer.WriteLine($"pushed       {Human.Count(pushed)} blocks came before they were asked for"); }
        var width = status.Endpoints.Select(e => e.Name.Length).DefaultIfEmpty(0).Max();
        for (var i = 0; i < status.Endpoints.Count; i++)
        {
            var e = status.Endpoints[i];
            writer.WriteLine($"{(i == 0 ? "endpoints" : ""),-12} {e.Name.PadRight(width)}  {e.Kind,-4} {(e.Requests is { } requests ? $"{e.Breaker.Replace('_', '-'),-9} {Human.Count(requests)} requests · {Count(e.Failures)} failed · {Count(e.RateLimited)} rate-limited" : e.Breaker == "closed" ? "connected" : "not connected")}{(e.Weight is { } weight ? $" · weight {weight}" : "")}{(e.RestSeconds > 0 ? string.Create(CultureInfo.InvariantCulture, $" · rests {e.RestSeconds:0.0} s") : "")}");
        }

        return writer.ToString().TrimEnd();
    }

    private static string Slot(ulong? slot) => slot?.ToString(CultureInfo.InvariantCulture) ?? "–";

    private static string Count(long? count) => count is { } known ? Human.Count(known) : "–";

    private static string Time(double seconds)
    {
        var time = TimeSpan.FromSeconds(seconds);
        return time.TotalHours >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes} min") : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds} s" : $"{time.Seconds} s";
    }
}

using System.CommandLine;
using System.Globalization;
using Sluice.Lab.Faults;

namespace Sluice.Cli.Serve;

/// <summary><c>--fault KIND=RATE</c>: what goes wrong between the served node and its clients.</summary>
internal static class FaultArgument
{
    private const int EveryRate = 50;

    private static readonly string[] Kinds =
        ["duplicated", "late", "missing", "reordered", "forks", "sockets", "rate-limited", "server-errors", "rpc-errors", "timeouts", "dropped"];

    public static Option<string[]> CreateOption()
    {
        var option = new Option<string[]>("--fault")
        {
            Description = $"With --serve: what goes wrong, in thousandths of blocks, slots or requests; repeatable. KIND is {string.Join(", ", Kinds)}, or every.",
            HelpName = "KIND=RATE",
            DefaultValueFactory = _ => [],
        };
        option.Validators.Add(r =>
        {
            if (TryParse(r.GetValueOrDefault<string[]>() ?? [], 1, out _) is { } wrong) { r.AddError(wrong); }
        });
        return option;
    }

    /// <summary>Reads the faults; returns what is wrong with them, or null.</summary>
    public static string? TryParse(string[] texts, ulong seed, out FaultOptions faults)
    {
        var rates = new Dictionary<string, int>(StringComparer.Ordinal);
        faults = new FaultOptions();
        foreach (var text in texts)
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            var kind = at < 0 ? text : text[..at];
            var rate = EveryRate;
            var isEvery = kind == "every";
            if ((!isEvery && !Kinds.Contains(kind)) || (at < 0 && !isEvery)
                || (at >= 0 && (!int.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out rate) || rate > 1000)))
            {
                return $"--fault takes KIND=RATE with a RATE of 0 to 1000 and a KIND of {string.Join(", ", Kinds)} or every, not \"{text}\".";
            }

            foreach (var one in isEvery ? Kinds : [kind]) { rates[one] = RateOf(one, rate, isEvery); }
        }

        int Rate(string kind) => rates.GetValueOrDefault(kind);
        faults = new FaultOptions
        {
            Seed = seed,
            DuplicatedPerMille = Rate("duplicated"),
            LatePerMille = Rate("late"),
            MissingPerMille = Rate("missing"),
            ReorderedPerMille = Rate("reordered"),
            ForksPerThousandSlots = Rate("forks"),
            DroppedSocketsPerMille = Rate("sockets"),
            RateLimitedPerMille = Rate("rate-limited"),
            ServerErrorPerMille = Rate("server-errors"),
            RpcErrorPerMille = Rate("rpc-errors"),
            TimeoutPerMille = Rate("timeouts"),
            DroppedPerMille = Rate("dropped"),
        };
        try
        {
            faults.Check();
            return null;
        }
        catch (ArgumentOutOfRangeException e)
        {
            return $"--fault: {e.Message.ReplaceLineEndings(" ")}";
        }
    }

    /// <summary>"every" makes the rare kinds rarer: forks one in a hundred of the rate, dropped sockets and timeouts a tenth.</summary>
    private static int RateOf(string kind, int rate, bool isEvery) => (kind, isEvery) switch
    {
        ("forks", true) => Math.Min(15, (rate + 9) / 10),
        ("sockets" or "timeouts", true) => rate / 10,
        _ => rate,
    };
}

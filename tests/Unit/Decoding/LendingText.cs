using System.Globalization;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Decoding;

/// <summary>Shows liquidations and liquidity changes as lines that a case can state.</summary>
internal static class LendingText
{
    /// <summary>PROTOCOL INSTRUCTION LIQUIDATOR OBLIGATION [market M] [repaid N MINT] [into R] [seized N MINT] [out-of R] [kept N] [asked N].</summary>
    public static string Line(in LiquidationCall call, IReadOnlyDictionary<Pubkey, string> names)
    {
        var text = $"{call.Protocol} {call.Instruction} {Name(call.Liquidator)} {Name(call.Obligation)}";
        if (call.Market is { } market) { text += $" market {Name(market)}"; }
        if (call.RepaidAmount is { } repaid) { text += $" repaid {Text(repaid)} {Name(call.RepayMint)}"; }
        if (call.RepayReserve is { } into) { text += $" into {Name(into)}"; }
        if (call.SeizedAmount is { } seized) { text += $" seized {Text(seized)} {Name(call.SeizedMint)}"; }
        if (call.WithdrawReserve is { } from) { text += $" out-of {Name(from)}"; }
        if (call.ProtocolFeeAmount is { } kept) { text += $" kept {Text(kept)}"; }
        if (call.RequestedAmount is { } asked) { text += $" asked {Text(asked)}"; }
        return text;

        string Name(Pubkey? key) => key is not { } k ? "?" : names.TryGetValue(k, out var name) ? name : k.ToString();
    }

    /// <summary>KIND VENUE POOL PROVIDER AMOUNT MINT AMOUNT MINT [position P] [ticks L..U] [liquidity N].</summary>
    public static string Line(in LiquidityChange change, IReadOnlyDictionary<Pubkey, string> names)
    {
        var kind = change.Kind switch { LiquidityChangeKind.Add => "add", LiquidityChangeKind.Remove => "remove", LiquidityChangeKind.Collect => "collect", _ => "?" };
        var text = $"{kind} {change.Venue} {Name(change.Pool)} {Name(change.Provider)} {Text(change.AmountA)} {Name(change.MintA)}";
        if (change.MintB is { } other) { text += $" {Text(change.AmountB)} {Name(other)}"; }
        if (change.Position is { } position) { text += $" position {Name(position)}"; }
        if (change.LowerTick is not null || change.UpperTick is not null) { text += string.Create(CultureInfo.InvariantCulture, $" ticks {change.LowerTick}..{change.UpperTick}"); }
        if (change.Liquidity is { } liquidity) { text += string.Create(CultureInfo.InvariantCulture, $" liquidity {liquidity}"); }
        return text;

        string Name(Pubkey key) => names.TryGetValue(key, out var name) ? name : key.ToString();
    }

    /// <summary>Names of the keys that a scenario's text mentions.</summary>
    public static Dictionary<Pubkey, string> NamesIn(string text)
    {
        var names = new Dictionary<Pubkey, string>();
        foreach (var word in text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')) { names.TryAdd(Scenario.Key(word), word); }
        }

        return names;
    }

    private static string Text(ulong amount) => amount.ToString(CultureInfo.InvariantCulture);
}

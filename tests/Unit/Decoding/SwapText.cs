using System.Globalization;
using Sluice.Ingest.Decoding;
using Sluice.Ingest.Decoding.Engine;
using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Decoding;

/// <summary>Decodes a raw block and shows its swaps as lines that a case can state.</summary>
internal static class SwapText
{
    public static Block Decode(RawBlock raw)
    {
        var block = new Block();
        new BlockDecoder().Decode(raw, ref block);
        return block;
    }

    /// <summary>
    /// expect VENUE POOL TRADER AMOUNT MINT -> AMOUNT MINT [reserves IN/OUT] [sqrt [BEFORE..]AFTER] [tick [BEFORE..]AFTER] [liquidity N]
    /// [limit N [exact out]] [fee N MINT] [withheld IN/OUT] [generic|decoder]; agreement is not said, and a pool named after its vaults
    /// is "pair".
    /// </summary>
    public static string Line(in Swap swap, IReadOnlyDictionary<Pubkey, string> names)
    {
        var text = string.Create(CultureInfo.InvariantCulture,
            $"expect {swap.Venue} {PoolName(swap)} {Name(swap.Trader)} {swap.AmountIn} {Name(swap.MintIn)} -> {swap.AmountOut} {Name(swap.MintOut)}");
        if (swap.ReserveIn is not null || swap.ReserveOut is not null) { text += $" reserves {swap.ReserveIn}/{swap.ReserveOut}"; }
        if (swap.SqrtPriceX64 is { } root) { text += swap.SqrtPriceBeforeX64 is { } before ? $" sqrt {before}..{root}" : $" sqrt {root}"; }
        if (swap.TickAfter is { } tick) { text += swap.TickBefore is { } before ? $" tick {before}..{tick}" : $" tick {tick}"; }
        if (swap.Liquidity is { } liquidity) { text += $" liquidity {liquidity}"; }
        if (swap.LimitAmount is { } limit) { text += $" limit {limit}"; }
        if (swap.IsExactOut) { text += " exact out"; }
        if (swap.FeeAmount is { } fee) { text += $" fee {fee} {Name(swap.FeeMint!.Value)}"; }
        if (swap.TransferFeeIn is not null || swap.TransferFeeOut is not null) { text += $" withheld {swap.TransferFeeIn ?? 0}/{swap.TransferFeeOut ?? 0}"; }
        if (swap.Source != SwapSource.Both) { text += swap.Source == SwapSource.Generic ? " generic" : " decoder"; }
        return text;

        string PoolName(in Swap swap) => swap.Pool == GenericDetector.PairKey(swap.VaultIn, swap.VaultOut) ? "pair" : Name(swap.Pool);

        string Name(Pubkey key) => names.TryGetValue(key, out var name) ? name : key.ToString();
    }
}

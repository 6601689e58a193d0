using System.Security.Cryptography;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Sinks.Writing;

namespace Sluice.Tests.Integration.Sinks;

/// <summary>Rows made from nothing but the slot's number, so that any process makes the same ones.</summary>
internal static class SlotRows
{
    public const ulong Version = 1;

    public static Pubkey Key(ulong slot, int n) => new(SHA256.HashData([.. BitConverter.GetBytes(slot), .. BitConverter.GetBytes(n)]));

    public static Signature Signature(ulong slot, int n) => new([.. Key(slot, n).Bytes, .. Key(slot, ~n).Bytes]);

    public static Pubkey Blockhash(ulong slot, int fork = 0) => Key(slot, -1 - fork);

    /// <summary>Appends transactions, a swap for each, a skipped slot and an arbitrage now and then, and ends the slot.</summary>
    public static ValueTask WriteAsync(StoreWriter writer, ulong slot, int transactions = 20, int fork = 0, ulong version = Version)
    {
        for (var i = 0; i < transactions; i++)
        {
            TransactionRow transaction = default;
            transaction.Reset();
            transaction.Slot = (long)slot;
            transaction.Index = i;
            transaction.Signature = Signature(slot, i);
            transaction.Signer = Key(7, i % 5);
            transaction.FeeLamports = 5_000;
            transaction.Version = (long)version;
            writer.Append(slot, in transaction);

            PoolSwap swap = default;
            swap.Reset();
            swap.Slot = (long)slot;
            swap.TxIndex = i;
            swap.Signature = transaction.Signature;
            swap.Signer = transaction.Signer;
            swap.Trader = transaction.Signer;
            swap.InnerIxIndex = -1;
            swap.Venue = "venue-" + (i % 3);
            swap.Pool = Key(8, i % 4);
            swap.AmountIn = slot + (ulong)i;
            swap.SqrtPriceX64 = i % 2 == 0 ? null : Int128.MaxValue;
            swap.Version = (long)version;
            writer.Append(slot, in swap);
        }

        if (slot % 3 == 0)
        {
            Arbitrage arbitrage = default;
            arbitrage.Reset();
            arbitrage.Id = FindingId.Arbitrage(Signature(slot, 0));
            arbitrage.RuleVersion = 1;
            arbitrage.Slot = (long)slot;
            arbitrage.Signature = Signature(slot, 0);
            arbitrage.Signer = Key(7, 0);
            arbitrage.Gross = -5;
            arbitrage.Pools!.Add(Key(8, 0));
            arbitrage.Pools!.Add(Key(8, 1));
            writer.Append(slot, in arbitrage);
        }

        if (slot % 5 == 0)
        {
            SkippedSlotRow skipped = default;
            skipped.Slot = (long)slot - 1;
            skipped.ProvenBySlot = (long)slot;
            skipped.Version = (long)version;
            writer.Append(slot, in skipped);
        }

        BlockRow block = default;
        block.Reset();
        block.Slot = (long)slot;
        block.Blockhash = Blockhash(slot, fork);
        block.Source = "test";
        block.TransactionCount = transactions;
        block.SwapCount = transactions;
        block.Version = (long)version;
        return writer.EndSlotAsync(in block);
    }
}

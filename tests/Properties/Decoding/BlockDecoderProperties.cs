using System.IO.Compression;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding;
using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Tests.Unit.Decoding;

namespace Sluice.Tests.Properties.Decoding;

public sealed class BlockDecoderProperties
{
    private static readonly string[] Cases =
        [.. Directory.GetFiles(Path.Combine(RealData.RepositoryRoot, "tests", "Golden"), "*.case", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    /// <summary>Whatever is in a raw block, a record comes out: every case with random words of its lists overwritten.</summary>
    [Fact]
    public void Decoding_is_total() => Prop.ForAll(
        ArbMap.Default.ArbFor<int>(),
        seed =>
        {
            var random = new Random(seed);
            var raw = Scenario.Read(File.ReadAllText(Cases[random.Next(Cases.Length)])).Block;
            Mutate(raw, random, random.Next(1, 12));
            var block = new Block();
            new BlockDecoder().Decode(raw, ref block);
            return block.TransactionCount + Broken(block) == raw.Transactions.Count;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));

    /// <summary>An instruction of a program that moves nothing changes no swap, wherever it stands at the top.</summary>
    [Fact]
    public void An_unrelated_instruction_changes_no_swap()
    {
        foreach (var file in Cases)
        {
            var text = File.ReadAllText(file);
            var plain = Scenario.Read(text);
            var more = Scenario.Read(text.Replace("\ncall ", "\ncall unrelated 0102 alice _ _\n  call nested 03 alice\ncall ") + "\ncall unrelated 0102 alice _ _\nlamports _ _ 3\n");
            Assert.Equal(Lines(plain.Block), Lines(more.Block));
        }
    }

    /// <summary>A swap's net amounts are what the vaults' balances changed by, on every transaction of the real blocks whose vaults only swaps touched.</summary>
    [RealDataFact]
    public void Swaps_conserve_the_vaults_balances()
    {
        var compared = 0;
        foreach (var raw in RealBlocks())
        {
            var block = SwapText.Decode(raw);
            var byIndex = raw.Transactions.Span.ToArray().ToDictionary(t => t.Index);
            foreach (ref var tx in block.Transactions.Span)
            {
                if (tx.Swaps.Count == 0) { continue; }
                var moved = new Dictionary<Pubkey, Int128>();
                foreach (ref var swap in tx.Swaps.Span)
                {
                    moved[swap.VaultIn] = moved.GetValueOrDefault(swap.VaultIn) + swap.AmountIn;
                    moved[swap.VaultOut] = moved.GetValueOrDefault(swap.VaultOut) - swap.AmountOut;
                }

                var source = byIndex[tx.Index];
                foreach (ref readonly var balance in raw.TokenBalances.Span.Slice(source.TokenBalanceStart, source.TokenBalanceCount))
                {
                    var vault = raw.Keys[raw.AccountKeys[source.AccountStart + balance.Account]];
                    if (!moved.TryGetValue(vault, out var change)) { continue; }
                    Assert.Equal((Int128)balance.Post - balance.Pre, change);
                    compared++;
                }
            }
        }

        Assert.True(compared > 200, $"only {compared} vaults compared");
    }

    [RealDataFact]
    public void Damaged_real_blocks_decode_to_something()
    {
        foreach (var raw in RealBlocks())
        {
            var decoder = new BlockDecoder();
            var block = new Block();
            for (var seed = 0; seed < 40; seed++)
            {
                Mutate(raw, new Random(seed), 400);
                decoder.Decode(raw, ref block);
                Assert.Equal(raw.Transactions.Count, block.TransactionCount + Broken(block));
            }
        }
    }

    [RealDataFact]
    public void Steady_decoding_allocates_nothing()
    {
        foreach (var raw in RealBlocks())
        {
            var decoder = new BlockDecoder();
            var block = new Block();
            // The runtime may allocate while it compiles a method again; the least of several rounds is the decoder's own.
            var least = long.MaxValue;
            for (var round = 0; round < 20; round++)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                decoder.Decode(raw, ref block);
                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            }

            Assert.Equal(0, least);
        }
    }

    private static int Broken(in Block block) =>
        block.Rejections.Span.ToArray().Where(r => r.Reason == "broken-transaction").Sum(r => r.Count);

    private static void Mutate(RawBlock raw, Random random, int times)
    {
        for (var i = 0; i < times; i++)
        {
            switch (random.Next(9))
            {
                case 0 when raw.Data.Count > 0: raw.Data[random.Next(raw.Data.Count)] = (byte)random.Next(256); break;
                case 1 when raw.InstructionAccounts.Count > 0: raw.InstructionAccounts[random.Next(raw.InstructionAccounts.Count)] = (ushort)random.Next(random.Next(2) == 0 ? 64 : 65_536); break;
                case 2 when raw.Instructions.Count > 0:
                    ref var ix = ref raw.Instructions[random.Next(raw.Instructions.Count)];
                    switch (random.Next(6))
                    {
                        case 0: ix.StackHeight = (byte)random.Next(256); break;
                        case 1: ix.ProgramAccount = (ushort)random.Next(random.Next(2) == 0 ? 32 : 65_536); break;
                        case 2: ix.DataLength = Wild(random, ix.DataLength); break;
                        case 3: ix.AccountCount = Wild(random, ix.AccountCount); break;
                        case 4: ix.InnerIndex = (short)random.Next(-2, 3); break;
                        default: ix.IsRaw = !ix.IsRaw; break;
                    }

                    break;
                case 3 when raw.TokenBalances.Count > 0:
                    ref var balance = ref raw.TokenBalances[random.Next(raw.TokenBalances.Count)];
                    switch (random.Next(5))
                    {
                        case 0: balance.Account = Wild(random, balance.Account); break;
                        case 1: balance.Mint = Wild(random, balance.Mint); break;
                        case 2: balance.Owner = Wild(random, balance.Owner); break;
                        case 3: balance.Pre = (ulong)random.NextInt64(); break;
                        default: balance.Post = ulong.MaxValue; break;
                    }

                    break;
                case 4 when raw.AccountKeys.Count > 0: raw.AccountKeys[random.Next(raw.AccountKeys.Count)] = random.Next(-1, raw.Keys.Count + 1); break;
                case 5 when raw.PostBalances.Count > 0: raw.PostBalances[random.Next(raw.PostBalances.Count)] = ulong.MaxValue; break;
                case 6 when raw.LogEvents.Count > 0:
                    ref var log = ref raw.LogEvents[random.Next(raw.LogEvents.Count)];
                    log.DataLength = Wild(random, log.DataLength);
                    log.Invocation = random.Next(-1, 3);
                    break;
                case 7 when raw.Transactions.Count > 0:
                    ref var tx = ref raw.Transactions[random.Next(raw.Transactions.Count)];
                    switch (random.Next(6))
                    {
                        case 0: tx.AccountCount = Wild(random, tx.AccountCount); break;
                        case 1: tx.InstructionCount = Wild(random, tx.InstructionCount); break;
                        case 2: tx.TokenBalanceCount = Wild(random, tx.TokenBalanceCount); break;
                        case 3: tx.FeeLamports = ulong.MaxValue; break;
                        case 4: tx.SignatureCount = Wild(random, tx.SignatureCount); break;
                        default: tx.HasBalances = !tx.HasBalances; break;
                    }

                    break;
                default: raw.Slot = (ulong)random.NextInt64(); break;
            }
        }
    }

    private static int Wild(Random random, int value) => random.Next(6) switch
    {
        0 => int.MaxValue,
        1 => int.MinValue,
        2 => -1,
        3 => 0,
        _ => value + random.Next(-3, 4),
    };

    private static List<string> Lines(RawBlock raw)
    {
        var block = SwapText.Decode(raw);
        var lines = new List<string>();
        foreach (ref var tx in block.Transactions.Span)
        {
            foreach (ref var swap in tx.Swaps.Span) { lines.Add(SwapText.Line(swap, new Dictionary<Pubkey, string>())); }
        }

        return lines;
    }

    private static IEnumerable<RawBlock> RealBlocks()
    {
        foreach (var (file, slot) in new[] { ("slot_254170887.base64.json.gz", 254_170_887UL), ("slot_133447494.json.gz", 133_447_494UL) })
        {
            using var stream = new GZipStream(File.OpenRead(RealData.PathOf("blocks", file)), CompressionMode.Decompress);
            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            var raw = new RawBlock();
            Assert.True(new BlockReader().Read(memory.ToArray(), new DocumentOrigin(file, slot), raw).IsRead);
            yield return raw;
        }
    }
}

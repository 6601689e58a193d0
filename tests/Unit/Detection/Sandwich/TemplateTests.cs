using Sluice.Processors.Core.Sandwich;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Detection.Sandwich;

/// <summary>What wallets of one software have in common is one number; whatever differs makes another.</summary>
public class TemplateTests
{
    public static TheoryData<string> Differences => new() { "fee", "instructions", "limit", "no limit", "price", "no price", "program", "no program", "each byte of the program" };

    [Theory]
    [MemberData(nameof(Differences))]
    public void Each_part_tells_apart(string part)
    {
        var others = new HashSet<ulong>();
        for (var i = 0; i < (part.StartsWith("each", StringComparison.Ordinal) ? Pubkey.Size : 1); i++)
        {
            others.Add(TemplateOf((ref Transaction tx) =>
            {
                switch (part)
                {
                    case "fee": tx.FeeLamports++; break;
                    case "instructions": tx.InstructionCount++; break;
                    case "limit": tx.ComputeUnitLimit++; break;
                    case "no limit": tx.ComputeUnitLimit = null; break;
                    case "price": tx.ComputeUnitPriceMicroLamports++; break;
                    case "no price": tx.ComputeUnitPriceMicroLamports = null; break;
                    case "program": tx.Wrapper = Program(9); break;
                    case "no program": tx.Wrapper = null; break;
                    default: tx.Wrapper = Program(7, i); break;
                }
            }));
        }

        Assert.Equal(part.StartsWith("each", StringComparison.Ordinal) ? Pubkey.Size : 1, others.Count);
        Assert.DoesNotContain(TemplateOf(static (ref Transaction _) => { }), others);
    }

    [Fact]
    public void Signer_tip_and_place_do_not()
    {
        Assert.Equal(TemplateOf(static (ref Transaction _) => { }), TemplateOf(static (ref Transaction tx) =>
        {
            tx.Signer = Program(3);
            tx.TipLamports = 9;
            tx.Index = 77;
        }));
    }

    private static ulong TemplateOf(Change change)
    {
        var transactions = new RecordList<Transaction>();
        ref var tx = ref transactions.Add();
        tx.FeeLamports = 5_000;
        tx.InstructionCount = 3;
        tx.ComputeUnitLimit = 200_000;
        tx.ComputeUnitPriceMicroLamports = 50;
        tx.Wrapper = Program(7);
        tx.WrapperName = "router";
        ref var swap = ref tx.Swaps.Add();
        (swap.MintIn, swap.MintOut) = (Program(1), Program(2));
        change(ref tx);
        var reading = new TransactionReading();
        reading.Read(tx, null, isExplained: false);
        return reading.Template;
    }

    private static Pubkey Program(byte first, int flipped = -1)
    {
        Span<byte> bytes = stackalloc byte[Pubkey.Size];
        bytes.Fill(first);
        if (flipped >= 0) { bytes[flipped] ^= 1; }
        return new Pubkey(bytes);
    }

    private delegate void Change(ref Transaction tx);
}

using Sluice.Ingest.Decoding;
using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Decoding;

public class BlockSumsTests
{
    [Fact]
    public void Sums_of_impossible_amounts_stay_at_the_largest_value_and_are_told()
    {
        var raw = new RawBlock { Slot = 10, ParentSlot = 9 };
        for (var i = 0; i < 2; i++)
        {
            raw.Transactions.Add(new RawTransaction
            {
                Index = i,
                IsVote = true,
                SignatureCount = 1,
                FeeLamports = ulong.MaxValue,
                ComputeUnits = long.MaxValue,
            });
        }

        var block = default(Block);
        new BlockDecoder().Decode(raw, ref block);
        Assert.Equal(ulong.MaxValue, block.FeesLamports);
        Assert.Equal(ulong.MaxValue, block.PriorityFeesLamports);
        Assert.Equal(long.MaxValue, block.ComputeUnits);
        Assert.Equal(2, block.Quality.FeeFormulaFailed);
    }
}

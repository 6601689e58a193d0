using Sluice.Ingest.Sources;

namespace Sluice.Tests.Unit.Ingest.Sources;

public class SlotNamesTests
{
    [Theory]
    [InlineData("254170887.json", 254170887UL)]
    [InlineData("/a/123/slot_254170887.base64.json.gz", 254170887UL)]
    [InlineData("slot254170887.json", 254170887UL)]
    [InlineData("Block254170887.json", 254170887UL)]
    [InlineData("0133447494-20220511T181843.0-x.json", 133447494UL)]
    [InlineData("254170887_2024-03-14.json", 254170887UL)]
    [InlineData("5.json", 5UL)]
    [InlineData("7-7.json", 7UL)]
    [InlineData("slots_55065100-55065152.jsonl.gz", null)]
    [InlineData("1710441678000123.json", null)]
    [InlineData("24vMhAVqwKV523xR3JA5eoEtqGUrtEp3AzvR41jp4V19hxSj14oLtwYu3VVA8s9YaS3qcX9SSgbLyx9JLYQh38t8.json", null)]
    [InlineData("block.json", null)]
    [InlineData("", null)]
    public void A_name_states_a_slot_or_none(string path, ulong? slot) => Assert.Equal(slot, SlotNames.Find(path));

    [Fact]
    public void Paths_are_ordered_by_the_numbers_in_them()
    {
        string[] ordered = ["a", "a1", "a2", "a02b", "a10", "b"];
        Assert.Equal(ordered, ordered.Reverse().Order(NaturalOrder.Instance));
    }
}

using System.Globalization;
using Sluice.Schemas.Avro;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Schemas;

/// <summary>What a released version wrote stays readable.</summary>
public class HistoryTests
{
    public static TheoryData<string, string, int> Released
    {
        get
        {
            var rows = new TheoryData<string, string, int>();
            var path = Path.Combine(RealData.RepositoryRoot, "schemas", "avro", "history", "released.txt");
            foreach (var line in File.ReadLines(path).Where(l => l.Length > 0 && l[0] != '#'))
            {
                var words = line.Split(' ');
                rows.Add(words[0], words[1], int.Parse(words[2], CultureInfo.InvariantCulture));
            }

            return rows;
        }
    }

    /// <summary>Fails when a schema was changed and the former one was not kept as schemas/avro/history/TOPIC.vN.avsc.</summary>
    [Theory]
    [MemberData(nameof(Released))]
    public void A_schema_that_was_released_is_the_current_one_or_is_kept(string fingerprint, string topic, int version)
    {
        var known = AvroHistory.Find(ulong.Parse(fingerprint, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        Assert.True(known is not null, $"{topic} version {version} ({fingerprint}) is neither current nor in schemas/avro/history");
        var former = AvroHistory.Of(topic).ToArray();
        Assert.Same(known, version <= former.Length ? former[version - 1].Schema : AvroSchemas.Topics[topic]);
    }

    [Fact]
    public void Versions_of_a_topic_count_from_one_without_a_gap()
    {
        Assert.NotEmpty(AvroHistory.All);
        foreach (var topic in AvroHistory.All.GroupBy(f => f.Topic))
        {
            Assert.Contains(topic.Key, AvroSchemas.Topics.Keys);
            Assert.Equal(Enumerable.Range(1, topic.Count()), topic.Select(f => f.Version));
        }
    }

    [Fact]
    public void A_fingerprint_that_nobody_wrote_is_not_known() => Assert.Null(AvroHistory.Find(1));

    [Fact]
    public void A_new_block_has_its_parent_unchecked()
    {
        Block block = default;
        block.Quality.Parent = ParentCheck.Broken;
        block.Reset();
        Assert.Equal(ParentCheck.Unknown, block.Quality.Parent);
    }
}

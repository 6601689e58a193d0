using System.Buffers;
using System.Text;
using System.Text.Json;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Schemas;

public class RecordJsonTests
{
    [Fact]
    public void Amounts_are_strings_names_and_enums_snake_case_and_keys_base58()
    {
        Arbitrage finding = default;
        finding.Reset();
        finding.Id = FindingId.Parse("arbitrage:\"x\"");
        finding.Slot = 254170887;
        finding.Class = ArbitrageClass.CrossPair;
        finding.ProfitMint = Pubkey.Parse("So11111111111111111111111111111111111111112");
        finding.Gross = Int128.MinValue;
        finding.FeeLamports = ulong.MaxValue;
        finding.Confidence = double.NaN;
        finding.Pools!.Add(default);
        finding.ConfidenceParts!.Add().Weight = 0.5;

        using var json = JsonDocument.Parse(Written(w => ArbitrageJson.Write(w, in finding)));
        var root = json.RootElement;
        Assert.Equal("arbitrage:\"x\"", root.GetProperty("id").GetString());
        Assert.Equal(254170887, root.GetProperty("slot").GetInt64());
        Assert.Equal("cross_pair", root.GetProperty("class").GetString());
        Assert.Equal("So11111111111111111111111111111111111111112", root.GetProperty("profit_mint").GetString());
        Assert.Equal("-170141183460469231731687303715884105728", root.GetProperty("gross").GetString());
        Assert.Equal("18446744073709551615", root.GetProperty("fee_lamports").GetString());
        Assert.Equal(JsonValueKind.Null, root.GetProperty("net").ValueKind);
        Assert.Equal(JsonValueKind.Null, root.GetProperty("confidence").ValueKind);
        Assert.Equal(["11111111111111111111111111111111"], root.GetProperty("pools").EnumerateArray().Select(p => p.GetString()));
        Assert.Equal(0.5, root.GetProperty("confidence_parts")[0].GetProperty("weight").GetDouble());
        Assert.Empty(root.GetProperty("legs").EnumerateArray());
    }

    [Fact]
    public void Fields_can_be_written_into_an_object_that_has_others()
    {
        var text = Written(w =>
        {
            w.WriteStartObject();
            w.WriteString("type", "rejection");
            RejectionJson.WriteFields(w, new Rejection { Slot = 7, Stage = "s", Reason = "r", Count = 1, Version = 2 });
            w.WriteEndObject();
        });
        Assert.Equal("""{"type":"rejection","slot":7,"stage":"s","reason":"r","count":1,"version":2}""", text);
    }

    [Fact]
    public void Lamports_that_are_a_long_are_strings_too()
    {
        Block block = default;
        block.Reset();
        block.LeaderRewardLamports = 16906623;
        Assert.Contains("\"leader_reward_lamports\":\"16906623\"", Written(w => BlockJson.Write(w, in block)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_that_was_never_reset_can_be_written() =>
        Assert.Contains("\"transactions\":[]", Written(w => BlockJson.Write(w, default)), StringComparison.Ordinal);

    private static string Written(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output)) { write(writer); }
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}

using System.IO.Compression;
using System.Text.Json;
using Sluice.Ingest.Decoding.Catalog;
using Sluice.Schemas.Chain;

namespace Sluice.Tests.Unit.Decoding;

public sealed class ProgramCatalogTests
{
    private const string Orca = """
        {"name":"one","kind":"amm","programs":["9W959DqEETiGZocYWCQPaJ6sBmUzgfxXfqGeTEdp3aQP"],"source":"test",
         "swaps":[{"name":"swap","data":"01","pool":0,"vaults":[4,5]}]}
        """;

    [Fact]
    public void A_second_claim_on_a_program_id_stops_the_start_and_names_both_files()
    {
        var e = Assert.Throws<InvalidDataException>(() => new ProgramCatalog([("one.json", Orca), ("two.json", Orca.Replace("\"one\"", "\"two\""))]));
        Assert.Contains("two.json", e.Message);
        Assert.Contains("already claimed by one.json", e.Message);
    }

    [Theory]
    [InlineData("not JSON", "{", "one.json")]
    [InlineData("another name than the file's", "{\"name\":\"other\",\"kind\":\"amm\",\"programs\":[\"9W959DqEETiGZocYWCQPaJ6sBmUzgfxXfqGeTEdp3aQP\"],\"source\":\"\"}", "named for 'other'")]
    [InlineData("a field nobody knows", "{\"name\":\"one\",\"kind\":\"amm\",\"programs\":[],\"source\":\"\",\"vault\":1}", "vault")]
    [InlineData("a kind nobody knows", "{\"name\":\"one\",\"kind\":\"dex\",\"programs\":[],\"source\":\"\"}", "kind")]
    [InlineData("no programs", "{\"name\":\"one\",\"kind\":\"amm\",\"programs\":[],\"source\":\"\"}", "no program")]
    [InlineData("a program id that is none", "{\"name\":\"one\",\"kind\":\"amm\",\"programs\":[\"xyz\"],\"source\":\"\"}", "not a program id")]
    public void A_wrong_file_stops_the_start_with_its_name_and_the_reason(string what, string json, string message)
    {
        var e = Assert.Throws<InvalidDataException>(() => new ProgramCatalog([("one.json", json)]));
        Assert.True(e.Message.Contains("one.json") && e.Message.Contains(message), $"{what}: {e.Message}");
    }

    [Theory]
    [InlineData("\"data\":\"01\"", "\"data\":\"0x\"", "not hex")]
    [InlineData("\"pool\":0,", "", "neither pool nor legs")]
    [InlineData("\"vaults\":[4,5]", "\"vaults\":[]", "no vaults")]
    [InlineData("\"swaps\":[", "\"swaps\":[{\"name\":\"again\",\"data\":\"01\",\"pool\":0,\"vaults\":[1]},", "same bytes")]
    [InlineData("\"kind\":\"amm\"", "\"kind\":\"lending\"", "has no swaps")]
    [InlineData("\"pool\":0,", "\"pool\":0,\"limit\":{\"at\":-8},", "before the arguments")]
    [InlineData("\"pool\":0,", "\"pool\":0,\"limit\":{\"at\":8,\"modeAt\":16,\"exactOut\":true},", "not both")]
    [InlineData("\"source\"", "\"routes\":[{\"name\":\"r\",\"data\":\"01\",\"quoted\":0,\"slippageBps\":8,\"platformFeeBps\":10}],\"source\"", "takes no routes")]
    [InlineData("\"source\"", "\"events\":[{\"name\":\"E\",\"transport\":\"log\",\"data\":\"01\",\"minLength\":8,\"tickAfter\":8}],\"source\"", "beyond the least length")]
    [InlineData("\"source\"", "\"events\":[{\"name\":\"E\",\"transport\":\"log\",\"data\":\"01\",\"minLength\":8,\"fee\":{\"shares\":[],\"of\":\"in\"}}],\"source\"", "a fee has shares")]
    [InlineData("\"source\"", "\"events\":[{\"name\":\"E\",\"transport\":\"log\",\"data\":\"01\",\"minLength\":8,\"fee\":{\"shares\":[0],\"of\":\"charged\"}}],\"source\"", "with it and without it")]
    public void A_wrong_layout_stops_the_start(string from, string to, string message)
    {
        var e = Assert.Throws<InvalidDataException>(() => new ProgramCatalog([("one.json", Orca.Replace(from, to))]));
        Assert.Contains(message, e.Message);
    }

    [Fact]
    public void Every_discriminator_is_found_and_no_other()
    {
        foreach (var file in ProgramCatalog.Default.Files)
        {
            foreach (var program in file.Programs)
            {
                var entry = ProgramCatalog.Default.Entries.Skip(1).Single(e => e.Id == Pubkey.Parse(program));
                foreach (var swap in file.Swaps)
                {
                    var data = Convert.FromHexString(swap.Data + "00112233445566778899");
                    Assert.Equal(swap.Name, entry.Swaps.Find(data)?.Name);
                    data[0] ^= 0x5A;
                    Assert.NotEqual(swap.Name, entry.Swaps.Find(data)?.Name);
                    Assert.Null(entry.Swaps.Find(Convert.FromHexString(swap.Data)[1..].AsSpan(0, 0)));
                }
            }
        }
    }

    [Fact]
    public void Known_names_are_found_by_program()
    {
        Assert.Equal("orca-whirlpool", ProgramCatalog.Default.NameOf(Pubkey.Parse("whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc")));
        Assert.Null(ProgramCatalog.Default.NameOf(Pubkey.Parse("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v")));
    }

    /// <summary>Instructions that others took from the chain: swaps have a layout whose pool and vaults are writable and distinct, others have none.</summary>
    [RealDataFact]
    public void Recorded_instructions_fit_the_layouts()
    {
        using var stream = new GZipStream(File.OpenRead(RealData.PathOf("accounts", "carbon_instruction_fixtures.json.gz")), CompressionMode.Decompress);
        using var document = JsonDocument.Parse(stream);
        var swaps = 0;
        foreach (var decoder in document.RootElement.EnumerateObject())
        {
            foreach (var fixture in decoder.Value.EnumerateObject())
            {
                var id = Pubkey.Parse(fixture.Value.GetProperty("program_id").GetString()!);
                if (ProgramCatalog.Default.Entries.FirstOrDefault(e => e.Id == id) is not { IsVenue: true } entry) { continue; }
                var layout = entry.Swaps.Find(Convert.FromHexString(fixture.Value.GetProperty("data").GetString()!));
                var isSwap = fixture.Name.Contains("swap") && !fixture.Name.Contains("address") || fixture.Name is "buy_ix" or "sell_ix";
                Assert.True(isSwap == layout is not null, $"{decoder.Name} {fixture.Name}");
                if (layout is null || layout.Code == SwapCode.Movements) { continue; }
                var accounts = fixture.Value.GetProperty("accounts").EnumerateArray().ToArray();
                Assert.True(accounts.Length >= layout.MinAccounts, $"{fixture.Name} has {accounts.Length} accounts");
                foreach (var leg in layout.Legs)
                {
                    var named = leg.Vaults.Append(leg.Pool).Select(i => accounts[i < 0 ? accounts.Length + i : i]).ToArray();

                    // A token swap's state is read only; everywhere else the pool changes with the swap.
                    Assert.All(named[..^1], a => Assert.True(a.GetProperty("is_writable").GetBoolean(), $"{decoder.Name} {fixture.Name}"));
                    Assert.Equal(named.Length, named.Select(a => a.GetProperty("pubkey").GetString()).Distinct().Count());
                }

                swaps++;
            }
        }

        Assert.True(swaps >= 10, $"only {swaps} recorded swaps");
    }
}

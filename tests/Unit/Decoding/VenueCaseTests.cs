using Sluice.Ingest.Decoding.Catalog;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Decoding;

/// <summary>Every instruction of every venue file has a case under <c>tests/Golden/VENUE/INSTRUCTION.case</c> and decodes to what it says.</summary>
public sealed class VenueCaseTests
{
    private static string Folder => Path.Combine(RealData.RepositoryRoot, "tests", "Golden");

    public static TheoryData<string> Cases()
    {
        var data = new TheoryData<string>();
        foreach (var file in Directory.GetFiles(Folder, "*.case", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            data.Add(Path.GetRelativePath(Folder, file));
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_case_decodes_to_what_it_says(string file)
    {
        var text = File.ReadAllText(Path.Combine(Folder, file));
        var scenario = Scenario.Read(text);
        var block = SwapText.Decode(scenario.Block);
        var names = new Dictionary<Pubkey, string>();
        foreach (var word in text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')) { names.TryAdd(Scenario.Key(word), word); }
        }

        var lines = new List<string>();
        foreach (ref var tx in block.Transactions.Span)
        {
            foreach (ref var swap in tx.Swaps.Span) { lines.Add(SwapText.Line(swap, names)); }
        }

        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            var kept = text.Split('\n').Where(l => !l.StartsWith("expect", StringComparison.Ordinal)).ToList();
            File.WriteAllText(Path.Combine(Folder, file), string.Join('\n', kept).TrimEnd() + "\n" + string.Join('\n', lines) + "\n");
            return;
        }

        Assert.Equal(scenario.Expectations, lines);
        Assert.Equal(0, block.Quality.DriftedSwaps);
        Assert.Equal(0, block.Quality.DecodeRejected);
    }

    [Fact]
    public void Every_instruction_of_every_venue_has_a_case()
    {
        var missing = new List<string>();
        foreach (var file in ProgramCatalog.Default.Files.Where(f => f.Kind >= ProgramKind.Amm))
        {
            var names = file.Swaps.Length > 0 ? file.Swaps.Select(s => s.Name) : ["movements"];
            missing.AddRange(names.Select(n => $"{file.Name}/{n}.case").Where(n => !File.Exists(Path.Combine(Folder, n))));
        }

        Assert.Empty(missing);
    }

    [Fact]
    public void Every_venue_and_every_program_is_in_the_documentation()
    {
        var page = File.ReadAllText(Path.Combine(RealData.RepositoryRoot, "docs", "venues.md"));
        foreach (var file in ProgramCatalog.Default.Files)
        {
            Assert.Contains($"`{file.Name}`", page);
            if (file.Kind >= ProgramKind.Amm) { Assert.All(file.Programs, p => Assert.Contains(p, page)); }
        }
    }

    [Fact]
    public void Nothing_but_venues_and_unknown_programs_swaps()
    {
        foreach (var entry in ProgramCatalog.Default.Entries.Skip(1).Where(e => e.Kind is < ProgramKind.Amm and not ProgramKind.Helper))
        {
            var block = SwapText.Decode(Scenario.Read($"""
                signer alice
                token alice-a mint-a alice 1000
                token alice-b mint-b alice 0
                token vault-a mint-a pool 5000
                token vault-b mint-b pool 5000
                call {entry.Id} ff alice alice-a alice-b vault-a vault-b pool
                  transfer alice-a vault-a alice 100
                  transfer vault-b alice-b pool 50
                """).Block);
            Assert.True(block.Transactions[0].Swaps.Count == 0, $"{entry.Name} is no pool");
        }
    }

    [Fact]
    public void Transfers_of_a_helper_belong_to_its_caller()
    {
        foreach (var entry in ProgramCatalog.Default.Entries.Where(e => e.Kind == ProgramKind.Helper))
        {
            var block = SwapText.Decode(Scenario.Read($"""
                signer alice
                token alice-a mint-a alice 1000
                token alice-b mint-b alice 0
                token vault-a mint-a pool 5000
                token vault-b mint-b pool 5000
                call stranger ff alice alice-a alice-b vault-a vault-b pool
                  call {entry.Id} aa alice alice-a vault-a
                    transfer alice-a vault-a alice 100
                  call {entry.Id} bb alice alice-b vault-b pool
                    transfer vault-b alice-b pool 50
                """).Block);
            var swap = Assert.Single(block.Transactions[0].Swaps.Span.ToArray());
            Assert.Equal(Scenario.Key("stranger"), swap.Program);
            Assert.Equal(SwapSource.Generic, swap.Source);
        }
    }
}

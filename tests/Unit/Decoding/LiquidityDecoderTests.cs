using System.IO.Compression;
using System.Text.Json;
using Sluice.Ingest.Decoding.Catalog;

namespace Sluice.Tests.Unit.Decoding;

/// <summary>What an instruction that changes liquidity says and moved; small cases by hand, and real instructions.</summary>
public sealed class LiquidityDecoderTests
{
    private const string Accounts = """
        signer bob
        token bob-a mint-a bob 1000
        token bob-b mint-b bob 1000
        token vault-a mint-a pool 5000
        token vault-b mint-b pool 5000

        """;

    private const string In = "\n  transfer bob-a vault-a bob 100\n  transfer bob-b vault-b bob 30";
    private const string Out = "\n  transfer vault-a bob-a pool 101\n  transfer vault-b bob-b pool 29";

    [Fact]
    public void A_position_opened_in_the_same_transaction_tells_its_range() => Expect(
        ["add orca-whirlpool pool bob 100 mint-a 30 mint-b position place ticks -530..5 liquidity 77",
            "remove orca-whirlpool pool bob 101 mint-a 29 mint-b position place ticks -530..5 liquidity 77",
            "collect orca-whirlpool pool bob 101 mint-a 29 mint-b position place ticks -530..5"],
        Accounts + "call orca-whirlpool 87802f4d0f98f031+fe+eefdffff05000000 bob bob place nft nft-account pool _ _ _ _\n"
        + "call orca-whirlpool 2e9cf3760dcdfbb2+u128:77+u64:1+u64:1 pool _ bob place nft-account bob-a bob-b vault-a vault-b _ _" + In + "\n"
        + "call orca-whirlpool a026d06f685b2c01+u128:77+u64:1+u64:1 pool _ bob place nft-account bob-a bob-b vault-a vault-b _ _" + Out + "\n"
        + "call orca-whirlpool a498cf631eba13b6 pool bob place nft-account bob-a vault-a bob-b vault-b _" + Out);

    [Fact]
    public void The_range_of_a_position_opened_earlier_is_not_known() => Expect(
        ["add orca-whirlpool pool bob 100 mint-a 30 mint-b position place liquidity 77"],
        Accounts + "call orca-whirlpool 87802f4d0f98f031+fe+eefdffff05000000 bob bob other nft nft-account pool _ _ _ _\n"
        + "call orca-whirlpool 2e9cf3760dcdfbb2+u128:77+u64:1+u64:1 pool _ bob place nft-account bob-a bob-b vault-a vault-b _ _" + In);

    [Fact]
    public void One_side_alone_has_the_other_at_zero() => Expect(
        ["remove orca-whirlpool pool bob 0 mint-a 29 mint-b position place liquidity 77"],
        Accounts + "call orca-whirlpool 3a7fbc3e4f52c460+u128:77+u64:1+u64:1 pool _ _ _ bob place nft-account _ _ bob-a bob-b vault-a vault-b _ _\n  transfer vault-b bob-b pool 29");

    [Fact]
    public void A_bin_position_tells_first_bin_and_width() => Expect(
        ["add meteora-dlmm pool bob 100 mint-a 30 mint-b position place ticks -730..-661", "remove meteora-dlmm pool bob 101 mint-a 29 mint-b position place ticks -730..-661"],
        Accounts + "call meteora-dlmm dbc0ea47bebf6650+26fdffff46000000 bob place pool bob _ _ _ _\n"
        + "call meteora-dlmm b59d59438fb63448+zero:20 place pool _ bob-a bob-b vault-a vault-b mint-a mint-b _ _ bob _ _ _ _" + In + "\n"
        + "call meteora-dlmm 0a333d2370691855 place pool _ bob-a bob-b vault-a vault-b mint-a mint-b _ _ bob _ _ _ _" + Out);

    [Fact]
    public void A_deposit_on_one_side_names_one_mint() => Expect(
        ["add meteora-dlmm pool bob 100 mint-a position place ticks -2100..-2060"],
        Accounts + "call meteora-dlmm 2905eeaf64e106cd+u64:100+f5f7ffff+03000000+ccf7ffff+f4f7ffff place pool _ bob-a vault-a mint-a _ _ bob _ _ _\n  transfer bob-a vault-a bob 100");

    [Fact]
    public void Opening_and_adding_in_one_instruction() => Expect(
        ["add raydium-clmm pool bob 100 mint-a 30 mint-b position place ticks -20..20 liquidity 9"],
        Accounts + "call raydium-clmm 4db84ad67056f1c7+ecffffff14000000+zero:8+u128:9+u64:1+u64:1 bob bob _ _ _ pool _ _ _ place bob-a bob-b vault-a vault-b _ _ _ _ _ _ _ _" + In);

    [Theory]
    [InlineData("meteora-damm-v2", "add", "b59d59438fb63448+u128:9", "pool place bob-a bob-b vault-a vault-b mint-a mint-b _ bob _ _ _ _", " position place liquidity 9")]
    [InlineData("meteora-damm-v2", "remove", "5055d14818ceb16c+u128:9", "_ pool place bob-a bob-b vault-a vault-b mint-a mint-b _ bob _ _ _ _", " position place liquidity 9")]
    [InlineData("meteora-damm-v2", "collect", "b4269a118521a2d3", "_ pool place bob-a bob-b vault-a vault-b mint-a mint-b _ bob _ _ _ _", " position place")]
    [InlineData("raydium-amm-v4", "add", "03+u64:1", "_ pool _ _ _ lp vault-a vault-b _ bob-a bob-b bob-lp bob _", "")]
    [InlineData("raydium-amm-v4", "remove", "04+u64:1", "_ pool _ _ _ lp vault-a vault-b _ _ _ _ _ _ bob-lp bob-a bob-b bob _ _ _", "")]
    [InlineData("raydium-cpmm", "add", "f223c68952e1f2b6+u64:1", "bob _ pool bob-lp bob-a bob-b vault-a vault-b _ _ mint-a mint-b lp", "")]
    [InlineData("raydium-cpmm", "remove", "b712469c946da122+u64:1", "bob _ pool bob-lp bob-a bob-b vault-a vault-b _ _ mint-a mint-b lp _", "")]
    [InlineData("pumpswap", "add", "f223c68952e1f2b6+u64:1", "pool _ bob mint-a mint-b lp bob-a bob-b bob-lp vault-a vault-b _ _ _ _", "")]
    [InlineData("pumpswap", "remove", "b712469c946da122+u64:1", "pool _ bob mint-a mint-b lp bob-a bob-b bob-lp vault-a vault-b _ _ _ _", "")]
    [InlineData("raydium-clmm", "remove", "a026d06f685b2c01+u128:9+u64:0+u64:0", "bob _ place pool _ vault-a vault-b _ _ bob-a bob-b _", " position place liquidity 9")]
    [InlineData("raydium-clmm", "add", "851d59df45eeb00a+u128:9+u64:0+u64:0", "bob _ pool _ place _ _ bob-a bob-b vault-a vault-b _ _ mint-a mint-b", " position place liquidity 9")]
    [InlineData("meteora-dlmm", "collect", "70bf65ab1c907fbb", "pool place bob vault-a vault-b bob-a bob-b mint-a mint-b _ _ _ _ _", " position place")]
    public void Other_layouts(string venue, string kind, string data, string accounts, string tail) => Expect(
        [$"{kind} {venue} pool bob {(kind == "add" ? "100 mint-a 30 mint-b" : "101 mint-a 29 mint-b")}{tail}"],
        Accounts + $"call {venue} {data} {accounts}" + (kind == "add" ? In : Out) + "\n# position place");

    [Fact]
    public void A_change_is_no_swap_and_balance_changes_are_written()
    {
        var block = SwapText.Decode(Scenario.Read(
            Accounts + "call meteora-dlmm b59d59438fb63448+zero:20 place pool _ bob-a bob-b vault-a vault-b mint-a mint-b _ _ bob _ _ _ _" + In).Block);
        Assert.Equal((0, 1), (block.Transactions[0].Swaps.Count, block.Transactions[0].LiquidityChanges.Count));
        Assert.Contains(block.Transactions[0].BalanceChanges.Span.ToArray(), c => c.Owner == Scenario.Key("bob") && c.Delta == -100);
    }

    [Fact]
    public void A_failed_transaction_changed_nothing()
    {
        var block = SwapText.Decode(Scenario.Read(
            "failed\n" + Accounts + "call meteora-dlmm b59d59438fb63448+zero:20 place pool _ bob-a bob-b vault-a vault-b mint-a mint-b _ _ bob _ _ _ _" + In).Block);
        Assert.Equal(0, block.Transactions[0].LiquidityChanges.Count);
    }

    /// <summary>Real instructions with their accounts' names: the layout's indexes must be those of pool, position and vaults.</summary>
    [RealDataFact]
    public void Layouts_name_the_accounts_that_real_instructions_have_there()
    {
        using var file = new GZipStream(File.OpenRead(RealData.PathOf("accounts", "carbon_instruction_fixtures.json.gz")), CompressionMode.Decompress);
        using var document = JsonDocument.Parse(file);
        var seen = 0;
        foreach (var venue in new[] { "orca-whirlpool", "raydium-clmm", "meteora-dlmm" })
        {
            var layouts = ProgramCatalog.Default.Files.Single(f => f.Name == venue).Liquidity;
            foreach (var fixture in document.RootElement.GetProperty(venue).EnumerateObject())
            {
                var layout = layouts.FirstOrDefault(l => l.Name + "_ix" == fixture.Name);
                if (layout is null) { continue; }
                var labels = fixture.Value.GetProperty("accounts").EnumerateArray().Select(a => a.TryGetProperty("label", out var l) ? l.GetString()! : "").ToArray();
                Assert.StartsWith(layout.Data, fixture.Value.GetProperty("data").GetString());
                Assert.Contains(labels[layout.Pool], (string[])["whirlpool", "poolState", "lbPair"]);
                Assert.Contains(labels[layout.Position!.Value], (string[])["position", "personalPosition", "bundledPosition"]);
                Assert.All(layout.Vaults, v => Assert.Contains(labels[v], (string[])["tokenVaultA", "tokenVaultB", "tokenVault0", "tokenVault1", "reserveX", "reserveY", "reserve"]));
                Assert.True(labels.Length >= layout.MinAccounts);
                seen++;
            }
        }

        Assert.Equal(32, seen);
    }

    /// <summary>Arguments of real instructions: ticks and bins that the accounts and names beside them confirm.</summary>
    [RealDataTheory]
    [InlineData("orca-whirlpool", "open_position_ix", -21264, -19424)]
    [InlineData("raydium-clmm", "open_position_ix", -20809, -20775)]
    [InlineData("raydium-clmm", "open_position_with_token22_nft_ix", 42300, 42360)]
    [InlineData("meteora-dlmm", "add_liquidity_by_strategy_ix", -730, -730)]
    [InlineData("meteora-dlmm", "add_liquidity_by_strategy_one_side_ix", -2100, -2060)]
    [InlineData("meteora-dlmm", "initialize_position_ix", -730, -730)]
    [InlineData("meteora-dlmm", "remove_liquidity_by_range_ix", -239, -171)]
    public void Ranges_of_real_instructions(string venue, string name, int lower, int upper)
    {
        using var file = new GZipStream(File.OpenRead(RealData.PathOf("accounts", "carbon_instruction_fixtures.json.gz")), CompressionMode.Decompress);
        using var document = JsonDocument.Parse(file);
        var data = Convert.FromHexString(document.RootElement.GetProperty(venue).GetProperty(name).GetProperty("data").GetString()!);
        var layout = ProgramCatalog.Default.Files.Single(f => f.Name == venue).Liquidity.Single(l => l.Name + "_ix" == name);
        var from = BitConverter.ToInt32(data, 8 + layout.LowerTick!.Value);
        Assert.Equal((lower, upper), (from, layout.Width is { } width ? from + BitConverter.ToInt32(data, 8 + width) - 1 : BitConverter.ToInt32(data, 8 + layout.UpperTick!.Value)));
    }

    private static void Expect(string[] lines, string text)
    {
        var block = SwapText.Decode(Scenario.Read(text).Block);
        Assert.Equal(lines, block.Transactions[0].LiquidityChanges.Span.ToArray().Select(c => LendingText.Line(c, LendingText.NamesIn(text))));
        Assert.Equal(0, block.Transactions[0].Swaps.Count);
        Assert.Equal(0, block.Quality.DecodeRejected);
    }
}

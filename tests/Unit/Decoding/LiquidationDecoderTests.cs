using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sluice.Ingest.Decoding.Catalog;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Decoding;

/// <summary>What a liquidation instruction says and moved, protocol by protocol; small cases by hand, and real ones.</summary>
public sealed class LiquidationDecoderTests
{
    private const string Solend = """
        signer bob
        token bob-usdc usdc bob 1000
        token bob-csol csol bob 0
        token bob-sol sol bob 0
        token usdc-supply usdc market-authority 5000
        token csol-supply csol market-authority 900
        token sol-supply sol market-authority 8000
        token fees sol protocol 0
        """;

    [Fact]
    public void Solend_tag_12_seizes_receipts() => Expect(
        "solend LiquidateObligation bob debtor market market repaid 100 usdc into usdc-reserve seized 40 csol out-of sol-reserve asked 250",
        Solend + """

        call solend 0c+u64:250 bob-usdc bob-csol usdc-reserve usdc-supply sol-reserve csol-supply debtor market market-authority bob _ _
          transfer csol-supply bob-csol market-authority 40
          transfer bob-usdc usdc-supply bob 100
        """);

    [Fact]
    public void Solend_tag_17_seizes_what_is_left_of_the_redeemed_after_the_protocols_share() => Expect(
        "solend LiquidateObligationAndRedeemReserveCollateral bob debtor market market repaid 100 usdc into usdc-reserve seized 59 sol out-of sol-reserve kept 3 asked 18446744073709551615",
        Solend + """

        call solend 11+ffffffffffffffff bob-usdc bob-csol bob-sol usdc-reserve usdc-supply sol-reserve csol csol-supply sol-supply fees debtor market market-authority bob _
          transfer bob-usdc usdc-supply bob 100
          transfer csol-supply bob-csol market-authority 40
          burn csol bob-csol 40
          transfer sol-supply bob-sol market-authority 62
          transfer bob-sol fees bob 3
        """);

    [Fact]
    public void Collateral_that_could_not_be_redeemed_stays_receipts() => Expect(
        "solend LiquidateObligationAndRedeemReserveCollateral bob debtor market market repaid 100 usdc into usdc-reserve seized 37 csol out-of sol-reserve kept 3 asked 100",
        Solend + """

        call solend 11+u64:100 bob-usdc bob-csol bob-sol usdc-reserve usdc-supply sol-reserve csol csol-supply sol-supply csol-fees debtor market market-authority bob _
          transfer bob-usdc usdc-supply bob 100
          transfer csol-supply bob-csol market-authority 40
          transfer bob-csol csol-fees bob 3
        """);

    [Theory]
    [InlineData("b1479abce2854a37", "liquidate_obligation_and_redeem_reserve_collateral")]
    [InlineData("a2a1238f1ebbb967", "liquidate_obligation_and_redeem_reserve_collateral_v2")]
    public void Kamino_of_both_versions(string data, string name) => Expect(
        $"kamino-lend {name} bob debtor market market repaid 100 usdc into usdc-reserve seized 59 sol out-of sol-reserve kept 3 asked 100",
        Solend + $"""

        call bot 00 bob
          call kamino-lend {data}+u64:100+u64:0+u64:0 bob debtor market market-authority usdc-reserve usdc usdc-supply sol-reserve sol csol csol-supply sol-supply fees bob-usdc bob-csol bob-sol _ _ _ _
            transfer bob-usdc usdc-supply bob 100
            transfer csol-supply bob-csol market-authority 40
            burn csol bob-csol 40
            transfer sol-supply bob-sol market-authority 62
            transfer bob-sol fees bob 3
        """);

    [Fact]
    public void Marginfi_tells_its_amounts_by_its_event() => Expect(
        "marginfi lending_account_liquidate bob debtor market group repaid 950 usdc into usdc-bank seized 1000 sol out-of sol-bank asked 1000",
        "signer bob\ntoken vault usdc vault-authority 5000\ntoken insurance usdc vault-authority 0\n"
        + "call marginfi d6a997d5fba756db+u64:1000 group sol-bank usdc-bank bob-account bob debtor vault-authority vault insurance _\n"
        + "  transfer vault insurance vault-authority 25\n"
        + "log marginfi 0 " + MarginfiEvent);

    [Fact]
    public void Marginfi_without_an_event_tells_no_amounts() => Expect(
        "marginfi lending_account_liquidate bob debtor market group into usdc-bank out-of sol-bank asked 1000",
        "signer bob\ncall marginfi d6a997d5fba756db+u64:1000 group sol-bank usdc-bank bob-account bob debtor vault-authority vault insurance _\n"
        + "log marginfi 1 " + MarginfiEvent);

    [Fact]
    public void An_event_of_another_account_is_not_taken() => Expect(
        "marginfi lending_account_liquidate bob stranger market group into usdc-bank out-of sol-bank asked 1000",
        "signer bob\ncall marginfi d6a997d5fba756db+u64:1000 group sol-bank usdc-bank bob-account bob stranger vault-authority vault insurance _\n"
        + "log marginfi 0 " + MarginfiEvent);

    [Fact]
    public void Marginfi_receivership_is_everything_between_start_and_end() => Expect(
        "marginfi start_liquidation bob debtor repaid 95 usdc into usdc-bank seized 60 sol out-of sol-bank",
        """
        signer bob
        token bob-usdc usdc bob 1000
        token bob-sol sol bob 0
        token usdc-vault usdc vault-authority 5000
        token sol-vault sol vault-authority 5000
        call marginfi f45d5ad6c0a6bf15 debtor record bob _
        call marginfi 24484a13d2d2c0c0+u64:60+00 group debtor bob sol-bank bob-sol vault-authority sol-vault _
          transfer sol-vault bob-sol vault-authority 60
        call marginfi 4fd1acb1de33ad97+u64:90+00 group debtor bob usdc-bank bob-usdc usdc-vault _
          transfer bob-usdc usdc-vault bob 90
        call marginfi 4fd1acb1de33ad97+u64:5+00 group debtor bob usdc-bank bob-usdc usdc-vault _
          transfer bob-usdc usdc-vault bob 5
        call marginfi 4fd1acb1de33ad97+u64:7+00 group bob-account bob usdc-bank bob-usdc usdc-vault _
          transfer bob-usdc usdc-vault bob 7
        call marginfi 6e0bf436e5b516b8 debtor record bob
        call marginfi 4fd1acb1de33ad97+u64:9+00 group debtor bob usdc-bank bob-usdc usdc-vault _
          transfer bob-usdc usdc-vault bob 9
        """);

    [Fact]
    public void Drift_spot_with_swap_is_what_begin_pays_and_end_takes() => Expect(
        "drift liquidate_spot_with_swap_begin bob debtor market state repaid 90 usdc seized 55 sol",
        """
        signer bob
        token bob-usdc usdc bob 1000
        token bob-sol sol bob 0
        token usdc-vault usdc drift-signer 5000
        token sol-vault sol drift-signer 5000
        call drift 0c2bb0539cfb750d+u64:60 state bob bob-user bob-stats debtor debtor-stats usdc-vault sol-vault bob-usdc bob-sol _ drift-signer _
          transfer sol-vault bob-sol drift-signer 60
        call drift 8e58a3a0df4b37e1 state bob bob-user bob-stats debtor debtor-stats usdc-vault sol-vault bob-usdc bob-sol _ drift-signer _
          transfer bob-sol sol-vault bob 5
          transfer bob-usdc usdc-vault bob 90
        """);

    [Theory]
    [InlineData("liquidate_spot", "6b00802923e5fb12", "01", " repaid 90 EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v seized 60 sol")]
    [InlineData("liquidate_borrow_for_perp_pnl", "a911205acf94d11b", "02", " repaid 80 sol seized 70 EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v")]
    [InlineData("liquidate_perp_pnl_for_deposit", "ed4bc6ebe9ba4b23", "03", " repaid 50 EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v seized 40 sol")]
    [InlineData("liquidate_perp", "4b2377f7bf128b02", "00", "")]
    [InlineData("liquidate_perp_with_fill", "5f6f7c6956a9bb22", "00", "")]
    [InlineData("resolve_perp_bankruptcy", "e010b0d6a2d5b7de", "04", "")]
    public void Drift_tells_transfers_by_its_event(string name, string data, string kind, string amounts)
    {
        var spot = "0100+u64:1+u128:60+0000+u64:1+u128:90+u64:2";
        var borrow = "0300+u64:1+u128:70+0100+u64:1+u128:80";
        var deposit = "0300+u64:1+u128:50+0100+u64:1+u128:40";
        Expect(
            $"drift {name} bob debtor market state{amounts}",
            $"signer bob # sol\ncall drift {data}+0000 state bob bob-user bob-stats debtor debtor-stats\n"
            + $"log drift 0 7f11006cb60de735+u64:1+{kind}+{{debtor}}+{{bob-user}}+u128:1+u128:1+u64:1+0100+00+02000000+0100000002000000+zero:66+{spot}+{borrow}+{deposit}+zero:40");
    }

    [Fact]
    public void A_failed_transaction_tells_who_and_what_but_no_amounts() => Expect(
        "solend LiquidateObligationAndRedeemReserveCollateral bob debtor market market into usdc-reserve out-of sol-reserve asked 100",
        """
        failed
        signer bob
        call solend 11+u64:100 bob-usdc bob-csol bob-sol usdc-reserve usdc-supply sol-reserve csol csol-supply sol-supply fees debtor market market-authority bob _
          transfer bob-usdc usdc-supply bob 100
        """);

    [Fact]
    public void An_instruction_with_too_few_accounts_is_counted_and_not_taken()
    {
        var block = SwapText.Decode(Scenario.Read("signer bob\ncall solend 0c+u64:250 bob-usdc bob-csol").Block);
        Assert.Equal((0, 1), (block.Transactions[0].Liquidations.Count, block.Quality.DecodeRejected));
    }

    [Fact]
    public void Balance_changes_are_written_for_a_liquidation_without_swaps()
    {
        var block = SwapText.Decode(Scenario.Read(Solend + """

            call solend 0c+u64:250 bob-usdc bob-csol usdc-reserve usdc-supply sol-reserve csol-supply debtor market market-authority bob _ _
              transfer csol-supply bob-csol market-authority 40
              transfer bob-usdc usdc-supply bob 100
            """).Block);
        Assert.Contains(block.Transactions[0].BalanceChanges.Span.ToArray(), c => c.Owner == Scenario.Key("bob") && c.Mint == Scenario.Key("csol") && c.Delta == 40);
    }

    [Fact]
    public void Discriminators_are_hashes_of_the_names()
    {
        var seen = 0;
        foreach (var file in ProgramCatalog.Default.Files)
        {
            var named = file.Liquidations.Select(l => (l.Name, l.Data)).Concat(file.LiquidationParts.Select(p => (p.Name, p.Data)))
                .Concat(file.Liquidity.Select(l => (l.Name, l.Data)));
            foreach (var (name, data) in named.Where(n => n.Data.Length == 16))
            {
                Assert.Equal(Hash("global:" + name), data);
                seen++;
            }

            foreach (var open in file.Liquidations.Where(l => l.Until is not null))
            {
                var end = open.Name.Contains("begin", StringComparison.Ordinal) ? open.Name.Replace("begin", "end") : open.Name.Replace("start", "end");
                Assert.Equal(Hash("global:" + end), open.Until);
            }

            if (file.LiquidationEvent is { } e) { Assert.Equal(Hash("event:" + e.Name), e.Data); }
        }

        Assert.True(seen > 50);

        static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))[..8]);
    }

    [RealDataFact]
    public void The_block_of_May_2022_has_its_labelled_liquidations_and_attempts()
    {
        var block = RealBlocksTests.Decode("slot_133447494.json.gz");
        using var labels = JsonDocument.Parse(File.ReadAllBytes(RealData.PathOf("labels", "block_133447494.json")));
        foreach (var (label, status) in new[] { ("liquidations", TransactionStatus.Success), ("failed_liquidation_attempts", TransactionStatus.Failed) })
        {
            var expected = labels.RootElement.GetProperty(label).EnumerateArray().Select(l => l.GetProperty("signature").GetString()!);
            Assert.Equal(expected, block.Transactions.Span.ToArray().Where(t => t.Status == status && t.Liquidations.Count > 0).Select(t => t.Signature.ToString()));
        }

        var call = block.Transactions.Span.ToArray().Single(t => t.Signature.ToString().StartsWith("3ybU9unU", StringComparison.Ordinal)).Liquidations[0];
        Assert.Equal(
            "solend LiquidateObligationAndRedeemReserveCollateral CRM4qM4ojQg4dPTiWb8egtypPpHAxEMqhwzz8pj3Mthf EHhckZhfEQ9tGAcgY4EWZHRtC3DbLMbPT7T4gUbPzisA "
            + "market BjsAGLZzAgBUsiaTTDQv7PWDUDL9dQfKvYwb4q6FoDuD repaid 23126329 EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v "
            + "into DxdbG2YwFFJeePbNFZRXuF2Sx34B1NTxWNbeEHdo4rzb seized 8695600817 AFbX8oGjGpmVFywbVouvhQSRmiW2aR1mohfahi4Y2AdB "
            + "out-of CaacWq72hHubpwi92UUVsoE4xDNKqr1MhRwYeqH3YPAU kept 1 asked 41024550458",
            LendingText.Line(call, Empty));
        Assert.Equal((23_126_329UL, 8_695_600_817UL, 1UL), (call.RepaidAmount, call.SeizedAmount, call.ProtocolFeeAmount));
        Assert.Equal("AFbX8oGjGpmVFywbVouvhQSRmiW2aR1mohfahi4Y2AdB", call.SeizedMint.ToString());
        var dust = block.Transactions.Span.ToArray().Single(t => t.Signature.ToString().StartsWith("dVpCf24o", StringComparison.Ordinal)).Liquidations[0];
        Assert.Equal((18UL, 387UL, 1UL), (dust.RepaidAmount, dust.SeizedAmount, dust.ProtocolFeeAmount));
    }

    [RealDataFact]
    public void The_block_of_March_2024_has_three_failed_attempts_at_marginfi_and_no_liquidation()
    {
        var lines = RealBlocksTests.Decode("slot_254170887.base64.json.gz").Transactions.Span.ToArray()
            .SelectMany(t => t.Liquidations.Span.ToArray().Select(c => $"{t.Status} {t.Signature.ToString()[..8]} {LendingText.Line(c, Empty)}"));

        // The labels look at Solend only. The logs say "Account not unhealthy": custom error 6013.
        const string Tail = " marginfi lending_account_liquidate BXHWiKgXouLRRjKaQ1fQrL1Lb2nuqqYM82tFfAzfNGFs ", Group = " market 4qp6Fx6tnZkY5Wropq9wUYgtFxXKwE6viZxFHg3rdAG8 into ";
        Assert.Equal(
            [
                $"Failed 5Uu5J1Px{Tail}DddW1m174ZQGCrbLZJj7FtLW6orwra39qcYJTHvdsipY{Group}6hS9i46WyTq1KXcoa2Chas2Txh9TJAVr6n1t3tnrE23K out-of 2s37akK2eyBbp8DZgCm7RtsaEz8eJP3Nxd4urLHQv7yB asked 14985733",
                $"Failed 3aVcuQER{Tail}B3FbdB4dEXD6z41S1hEHcMNwkDGKwexW2F7NhPbPtFw6{Group}6hS9i46WyTq1KXcoa2Chas2Txh9TJAVr6n1t3tnrE23K out-of 2s37akK2eyBbp8DZgCm7RtsaEz8eJP3Nxd4urLHQv7yB asked 9643573",
                $"Failed 5CKcbi4c{Tail}41nnh2mtPZDLUYSAY54GEVPEuDG9Np4JLcL7HVNCmC9e{Group}CCKtUs6Cgwo4aaQUmBPmyoApH2gUDErxNZCAntD6LYGh out-of BeNBJrAh1tZg5sqgt8D6AWKJLD5KkBrfZvtcgd7EuiAR asked 11620256",
            ],
            lines);
    }

    [RealDataFact]
    public void The_old_liquidation_of_two_millionths_of_a_dollar_is_read()
    {
        var file = Directory.GetFiles(RealData.PathOf("transactions", "solend-liquidation"), "*.json").Single();
        var call = Assert.Single(RealTransactionsTests.Decode(file).Transactions[0].Liquidations.Span.ToArray());
        Assert.Equal(("LiquidateObligation", 2UL, WellKnownUsdc), (call.Instruction, call.RepaidAmount, call.RepayMint.ToString()));
        Assert.True(call.SeizedAmount > 0);
        Assert.Null(call.ProtocolFeeAmount);
    }

    private const string WellKnownUsdc = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v";

    private static readonly Dictionary<Pubkey, string> Empty = [];

    /// <summary>An event of <c>debtor</c>: 1,000 of sol seized, a debt that fell by 950 of usdc.</summary>
    private static string MarginfiEvent =>
        "a6a0f99ab72717f2+01+{bob}+{bob-account}+{bob}+{group}+{debtor}+{owner}+{sol-bank}+{sol}+{usdc-bank}+{usdc}+zero:16+"
        + Convert.ToHexString(new[] { 5000.0, 2000.25, 0, 0, 4000.0, 1050.25, 1000, 975 }.SelectMany(BitConverter.GetBytes).ToArray());

    private static void Expect(string line, string text)
    {
        var scenario = Scenario.Read(text);
        var block = SwapText.Decode(scenario.Block);
        Assert.Equal([line], block.Transactions[0].Liquidations.Span.ToArray().Select(c => LendingText.Line(c, LendingText.NamesIn(text + " " + line))));
        Assert.Equal(0, block.Quality.DecodeRejected);
        Assert.Equal(0, block.Transactions[0].Swaps.Count);
    }
}

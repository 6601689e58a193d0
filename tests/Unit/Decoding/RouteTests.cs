using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Decoding;

/// <summary>What routes through aggregators declare.</summary>
public sealed class RouteTests
{
    private const string Tail = "+u64:1000+u64:900+3200+07";
    private const string Head = "u64:1000+u64:900+3200+0700+0000";

    [Theory]
    [InlineData("route", "e517cb977ae3ad2a+00010203040506" + Tail, false, 1000UL)]
    [InlineData("shared_accounts_route", "c1209b3341d69c81+0001" + Tail, false, 1000UL)]
    [InlineData("exact_out_route", "d033ef977b2bed5c+00" + Tail, true, 1000UL)]
    [InlineData("shared_accounts_exact_out_route", "b0d169a89a7d453e+00" + Tail, true, 1000UL)]
    [InlineData("route_with_token_ledger", "96564774a75d0e68+000102030405060708+u64:900+3200+07", false, 0UL)]
    [InlineData("shared_accounts_route_with_token_ledger", "e6798f50779f6aaa+00+u64:900+3200+07", false, 0UL)]
    [InlineData("route_v2", "bb64facc31c4af14+" + Head + "+00010203", false, 1000UL)]
    [InlineData("exact_out_route_v2", "9d8ab85215f4f324+" + Head + "+00010203", true, 1000UL)]
    [InlineData("shared_accounts_route_v2", "d19853937cfed8e9+09+" + Head + "+00010203", false, 1000UL)]
    [InlineData("shared_accounts_exact_out_route_v2", "3560e5cad8bbfa18+09+" + Head + "+00010203", true, 1000UL)]
    public void Every_instruction_of_the_aggregator_declares_its_terms(string name, string data, bool isExactOut, ulong amount)
    {
        var route = Assert.Single(Decode($"signer alice\ncall memo ff\ncall stranger ff\n  call jupiter-v6 {data}").Routes.Span.ToArray());
        Assert.Equal(("jupiter-v6", name, isExactOut), (route.Router, route.Instruction, route.IsExactOut));
        Assert.Equal((amount, 900UL, 50, 7), (route.Amount, route.QuotedAmount, route.SlippageBps, route.PlatformFeeBps));
        Assert.Equal((1, 0, Scenario.Key("jupiter-v6")), (route.IxIndex, route.InnerIxIndex, route.Program));
    }

    [Theory]
    [InlineData("call jupiter-v6 ffffffffffffffff" + Tail)]
    [InlineData("call jupiter-v6 e517cb977ae3ad2a+0102")]
    [InlineData("call jupiter-v6 bb64facc31c4af14+u64:1000")]
    [InlineData("call stranger e517cb977ae3ad2a" + Tail)]
    [InlineData("failed\ncall jupiter-v6 e517cb977ae3ad2a" + Tail)]
    public void Other_instructions_short_ones_and_failed_transactions_declare_nothing(string calls) =>
        Assert.Equal(0, Decode("signer alice\n" + calls).Routes.Count);

    private static Transaction Decode(string text) => SwapText.Decode(Scenario.Read(text).Block).Transactions[0];
}

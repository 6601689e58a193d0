using System.Text.Json;
using Sluice.Cli.Roles.Tail;

namespace Sluice.Tests.Unit.Cli;

public class FieldFilterTests
{
    private const string Record = """
        {"slot":254170887,"venue":"orca-whirlpool","gross":"12345678901234567890123","net":null,"retracted":false,
         "quality":{"parent":"continuous"},"pools":["P1","P2"],"legs":[{"pool":"P1","amount_in":"5"},{"pool":"P2","amount_in":"70"}]}
        """;

    [Theory]
    [InlineData("venue=orca-whirlpool", true)]
    [InlineData("venue=orca", false)]
    [InlineData("venue!=orca", true)]
    [InlineData("slot=254170887", true)]
    [InlineData("slot>=254170888", false)]
    [InlineData("gross>12345678901234567890122", true)]
    [InlineData("gross>12345678901234567890123", false)]
    [InlineData("retracted=false", true)]
    [InlineData("net=null", true)]
    [InlineData("net>0", false)]
    [InlineData("quality.parent=continuous", true)]
    [InlineData("quality.parent != continuous", false)]
    [InlineData("pools=P2", true)]
    [InlineData("pools=P3", false)]
    [InlineData("legs.amount_in>=70", true)]
    [InlineData("legs.amount_in<5", false)]
    [InlineData("nothing=null", true)]
    [InlineData("nothing=1", false)]
    public void A_condition_on_a_field(string text, bool passes)
    {
        using var record = JsonDocument.Parse(Record);
        Assert.Equal(passes, FieldFilter.Parse(text)!.Passes(record.RootElement));
    }

    [Theory]
    [InlineData("")]
    [InlineData("venue")]
    [InlineData("=x")]
    [InlineData("slot>many")]
    [InlineData("slot!5")]
    public void What_is_no_condition(string text) => Assert.Null(FieldFilter.Parse(text));
}

using Sluice.Sinks;

namespace Sluice.Tests.Unit.Sinks;

public sealed class ClickHouseExceptionTests
{
    [Theory]
    [InlineData("Code: 60. DB::Exception: Unknown table. (UNKNOWN_TABLE)", 60, "Unknown table. (UNKNOWN_TABLE)", ClickHouseErrorKind.Reject)]
    [InlineData("Code: 164. DB::Exception: Code: 164. DB::Exception: Readonly. (READONLY)", 164, "Readonly. (READONLY)", ClickHouseErrorKind.Reject)]
    [InlineData("Code: 241. DB::Exception: Memory\nlimit", 241, "Memory limit", ClickHouseErrorKind.Retry)]
    [InlineData("Code: 243. DB::Exception: No space left", 243, "No space left", ClickHouseErrorKind.Stop)]
    [InlineData("Insert stream already finalized", 0, "Insert stream already finalized", ClickHouseErrorKind.Stop)]
    [InlineData("Code: many. DB::Exception", 0, "Code: many. DB::Exception", ClickHouseErrorKind.Stop)]
    [InlineData("Code: 60. DB::Exception: No (such) table. (UNKNOWN_TABLE) (version 24.8.4.13 (official build))\n", 60, "No (such) table. (UNKNOWN_TABLE)", ClickHouseErrorKind.Reject)]
    [InlineData("Code: 193, e.displayText() = DB::Exception: Wrong password for user u, e.what() = DB::Exception\n", 193, "Wrong password for user u", ClickHouseErrorKind.Stop)]
    [InlineData("Code: 225. DB::Exception: No keeper", 225, "No keeper", ClickHouseErrorKind.Retry)]
    [InlineData("", 0, "", ClickHouseErrorKind.Stop)]
    public void Code_message_and_kind_are_read_from_ClickHouses_text(string text, int code, string message, ClickHouseErrorKind kind)
    {
        var e = ClickHouseException.Parse(text);
        Assert.Equal((code, message, kind), (e.Code, e.Message, e.Kind));
    }
}

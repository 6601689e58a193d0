using System.Text;
using System.Text.Json;
using Sluice.Cli.Serve.Geyser;
using Sluice.Ingest.Yellowstone.Wire;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Ingest.Yellowstone;

public sealed class TransactionErrorTextTests
{
    [Theory]
    [InlineData("07000000", "\"BlockhashNotFound\"")]
    [InlineData("08000000021900000071170000", "{\"InstructionError\":[2,{\"Custom\":6001}]}")]
    [InlineData("080000000019000000ffffffff", "{\"InstructionError\":[0,{\"Custom\":4294967295}]}")]
    [InlineData("080000000301000000", "{\"InstructionError\":[3,\"InvalidArgument\"]}")]
    [InlineData("080000000425000000", "{\"InstructionError\":[4,\"ComputationalBudgetExceeded\"]}")]
    [InlineData("080000000128000000", "{\"InstructionError\":[1,\"ProgramFailedToComplete\"]}")]
    [InlineData("08000000012c000000", "{\"InstructionError\":[1,\"BorshIoError\"]}")]
    [InlineData("08000000012c0000000700000000000000556e6b6e6f776e", "{\"InstructionError\":[1,{\"BorshIoError\":\"Unknown\"}]}")]
    [InlineData("080000000135000000", "{\"InstructionError\":[1,\"BuiltinProgramsMustConsumeComputeUnits\"]}")]
    [InlineData("1e00000009", "{\"DuplicateInstruction\":9}")]
    [InlineData("1f00000002", "{\"InsufficientFundsForRent\":{\"account_index\":2}}")]
    [InlineData("2300000003", "{\"ProgramExecutionTemporarilyRestricted\":{\"account_index\":3}}")]
    [InlineData("26000000", "\"CommitCancelled\"")]
    public void Errors_are_written_as_getBlock_writes_them(string bincode, string json)
    {
        Assert.Equal(json, TextOf(Convert.FromHexString(bincode)));
        using var document = JsonDocument.Parse(json);
        Assert.Equal(bincode, Convert.ToHexStringLower(GeyserErrors.ToBincode(document.RootElement)));
    }

    [Theory]
    [InlineData("", "\"Unknown\"")]
    [InlineData("08", "\"Unknown\"")]
    [InlineData("63000000", "\"Unknown99\"")]
    [InlineData("0800000005", "{\"InstructionError\":[5,\"Unknown\"]}")]
    [InlineData("080000000563000000", "{\"InstructionError\":[5,\"Unknown99\"]}")]
    [InlineData("080000000519000000", "{\"InstructionError\":[5,\"Custom\"]}")]
    [InlineData("08000000012c00000003000000000000002278ff", "{\"InstructionError\":[1,{\"BorshIoError\":\"x\"}]}")]
    public void What_is_not_known_stays_JSON(string bincode, string json)
    {
        Assert.Equal(json, TextOf(Convert.FromHexString(bincode)));
        JsonDocument.Parse(json).Dispose();
    }

    private static string TextOf(byte[] bincode)
    {
        var into = new ValueList<byte>();
        TransactionErrorText.Add(into, bincode);
        return Encoding.UTF8.GetString(into.Span);
    }
}

using System.Buffers.Binary;
using Sluice.Ingest.Decoding.Catalog;
using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Records;

namespace Sluice.Ingest.Decoding.Engine;

/// <summary>Reads what an aggregator's route instruction declared: the user's own terms.</summary>
internal static class RouteReader
{
    /// <summary>Writes the route, where the program's file knows the instruction and its data is long enough.</summary>
    public static void Read(RawBlock raw, in RawInstruction ix, int program, ProgramEntry entry, RecordList<Route> routes)
    {
        if (!ix.IsRaw) { return; }
        var data = raw.Data.Span.Slice(ix.DataStart, ix.DataLength);
        if (entry.Routes.Find(data) is not { File: var file } layout) { return; }
        var arguments = data[layout.ArgumentsAt..];
        if (!TryRead(arguments, file.Quoted, sizeof(ulong), out var quoted)
            || !TryRead(arguments, file.SlippageBps, sizeof(ushort), out var slippageBps)
            || !TryRead(arguments, file.PlatformFeeBps, file.PlatformFeeBytes, out var platformFeeBps)) { return; }
        ulong amount = 0;
        if (file.Amount is { } at && !TryRead(arguments, at, sizeof(ulong), out amount)) { return; }

        ref var route = ref routes.Add();
        route.IxIndex = ix.OuterIndex;
        route.InnerIxIndex = ix.InnerIndex;
        route.Program = raw.Keys[program];
        route.Router = entry.Name;
        route.Instruction = file.Name;
        route.IsExactOut = file.ExactOut;
        route.Amount = amount;
        route.QuotedAmount = quoted;
        route.SlippageBps = (int)slippageBps;
        route.PlatformFeeBps = (int)platformFeeBps;
    }

    private static bool TryRead(ReadOnlySpan<byte> arguments, int offset, int bytes, out ulong value)
    {
        value = 0;
        var at = offset < 0 ? arguments.Length + offset : offset;
        if (at < 0 || at + bytes > arguments.Length) { return false; }
        value = bytes switch
        {
            1 => arguments[at],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(arguments[at..]),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(arguments[at..]),
        };
        return true;
    }
}

using Sluice.Schemas.Records;
using Sluice.Sinks.Rows;
using Sluice.Sinks.Writing;

namespace Sluice.Cli.Replay;

/// <summary>Rows of one slot, on their way to the writer.</summary>
internal readonly struct SlotRows(StoreWriter writer, ulong slot) : IRowTarget
{
    public void Append<T>(in T row)
        where T : struct, IRecord => writer.Append(slot, in row);
}

using System.Buffers;

namespace Sluice.Tests.Integration.Sinks.Http;

/// <summary>What an insert costs in memory: nothing else of the process may run meanwhile.</summary>
[Collection(NothingBeside.Collection)]
public sealed class LargeInsertTests
{
    [OldServerFact]
    public async Task A_large_insert_passes_without_a_copy_of_it()
    {
        const int Blocks = 40, Rows = 100_000;
        await using var server = await OldServer.StartAsync();
        await using var store = server.Connect();
        await store.ExecuteAsync(NativeRows.Ddl);
        var block = new ArrayBufferWriter<byte>();
        NativeRows.Write(block, Rows);
        var before = GC.GetTotalAllocatedBytes();
        await store.InsertAsync(
            "t",
            NativeRows.Columns,
            output =>
            {
                for (var i = 0; i < Blocks; i++) { output.Write(block.WrittenSpan); }
            },
            "large");
        var allocated = GC.GetTotalAllocatedBytes() - before;
        var sent = (long)block.WrittenCount * Blocks;
        Assert.True(sent > 50 << 20, $"{sent} bytes are not large");
        Assert.True(allocated < sent / 4, $"{allocated} bytes were allocated to send {sent}");
        Assert.Equal($"{Blocks * Rows}", await store.TextAsync("SELECT count() FROM t WHERE b = concat('x', toString(a))"));
    }
}

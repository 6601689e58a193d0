using Sluice.Cli.Replay;
using Sluice.Ingest.Live;
using Sluice.Schemas.Records;

namespace Sluice.Cli.Live;

/// <summary>Enters each block that the topologies have answered.</summary>
internal sealed class LiveLedger(ChainLedger ledger) : IFindings
{
    public void Begin(in Block block, long arrivalUnixMicros)
    {
        if (block.IsComplete) { ledger.Enter((ulong)block.Slot, new BlockHeader((ulong)block.ParentSlot, block.Blockhash, block.PreviousBlockhash)); }
    }
}

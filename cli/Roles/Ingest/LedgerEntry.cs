using System.Runtime.InteropServices;
using Sluice.Schemas.Chain;

namespace Sluice.Cli.Roles.Ingest;

/// <summary>What the ledger keeps for 64 slots: 40 bytes, little-endian.</summary>
/// <remarks>For what is no whole block, the key is a hash with its highest bit set, and the entry says no more than that it is there.</remarks>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct LedgerEntry
{
    /// <summary>Bytes of the layout.</summary>
    public const int Size = sizeof(ulong) + Pubkey.Size;

    /// <summary>One bit a slot, the lowest for the first, set when its block was written.</summary>
    public ulong Slots;

    /// <summary>Hash of the block of the highest slot that is set, so that the next run can check its parent.</summary>
    public Pubkey Newest;
}

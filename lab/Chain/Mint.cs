namespace Sluice.Lab.Chain;

/// <summary>A token type.</summary>
internal sealed class Mint
{
    /// <summary>Number in <see cref="World.Mints"/>.</summary>
    public required int Number { get; init; }

    /// <summary>The mint's own account.</summary>
    public required int Account { get; init; }

    /// <summary>Token program that owns it: SPL Token or Token-2022.</summary>
    public required int Program { get; init; }

    public required byte Decimals { get; init; }

    /// <summary>Base units that a dollar buys when the simulation starts; sizes of trades come from it, prices do not.</summary>
    public required ulong UnitsPerUsd { get; init; }

    /// <summary>Token-2022 transfer fee withheld from what arrives; 0 for nearly all mints.</summary>
    public ushort TransferFeeBps { get; init; }

    /// <summary>Whether the mint belongs to Token-2022.</summary>
    public bool IsToken2022 { get; init; }

    public bool IsNative => Number == 0;

    /// <summary>Bytes of a token account of this mint, by its extensions (immutable owner; fee amount).</summary>
    public int AccountSize => !IsToken2022 ? 165 : TransferFeeBps == 0 ? 170 : 182;

    /// <summary>Lamports that a token account of this mint must hold: (128 + size) x 6,960.</summary>
    public ulong AccountRent => (128UL + (ulong)AccountSize) * 6_960;

    /// <summary>What is withheld when <paramref name="amount"/> is sent, rounded up as Token-2022 does.</summary>
    public ulong TransferFeeOf(ulong amount) =>
        TransferFeeBps == 0 ? 0 : (ulong)((((UInt128)amount * TransferFeeBps) + 9_999) / 10_000);

    /// <summary>Base units worth that many dollar cents at the start of the simulation.</summary>
    public ulong OfCents(ulong cents) => (ulong)UInt128.Min(ulong.MaxValue / 4, (UInt128)UnitsPerUsd * cents / 100);
}

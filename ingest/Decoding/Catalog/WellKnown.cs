using Sluice.Schemas.Chain;

namespace Sluice.Ingest.Decoding.Catalog;

/// <summary>Accounts that the engine itself knows.</summary>
internal static class WellKnown
{
    public const string Token2022Text = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb";

    /// <summary>Mint of wrapped SOL; SOL itself goes under this name too.</summary>
    public static readonly Pubkey WrappedSol = Pubkey.Parse("So11111111111111111111111111111111111111112");

    /// <summary>
    /// The accounts that Jito tips are paid to: the addresses derived from TIP_ACCOUNT_0 to TIP_ACCOUNT_7 by the tip payment
    /// program T1pyyaTNZsKv2WcRAB8oVnk93mLJw2XzjtVYqCsaHqt.
    /// </summary>
    public static readonly Pubkey[] TipAccounts =
    [
        Pubkey.Parse("96gYZGLnJYVFmbjzopPSU6QiEV5fGqZNyN9nmNhvrZU5"),
        Pubkey.Parse("HFqU5x63VTqvQss8hp11i4wVV8bD44PvwucfZ2bU7gRe"),
        Pubkey.Parse("Cw8CFyM9FkoMi7K7Crf6HNQqf4uEMzpKw6QNghXLvLkY"),
        Pubkey.Parse("ADaUMid9yfUytqMBgopwjb2DTLSokTSzL1zt6iGPaS49"),
        Pubkey.Parse("DfXygSm4jCyNCybVYYK6DwvWqjKee8pbDmJGcLWNDXjh"),
        Pubkey.Parse("ADuUkR4vqLUMWXxW9gh6D6L8pMSawimctcNZ5pGwDcEt"),
        Pubkey.Parse("DttWaMuVvTiduZRnguLF7jNxTgiMBZ1hyAumKUiL2KRL"),
        Pubkey.Parse("3AVi9Tg9Uo68tJfuvoKvqKNWKkC5wPdSSdeBnizKZ6jT"),
    ];

    /// <summary>Rent of a token account of 165 bytes, lamports; lower since slot 444,096,000, when rent per byte fell.</summary>
    public const ulong TokenAccountRent = 2_039_280;
}

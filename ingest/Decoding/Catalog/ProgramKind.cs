namespace Sluice.Ingest.Decoding.Catalog;

/// <summary>What a program is, as far as reading swaps is concerned. The order matters: everything from <see cref="Amm"/> on is a venue.</summary>
public enum ProgramKind : byte
{
    /// <summary>Not in the catalogue. The generic detector looks at it.</summary>
    Unknown,

    /// <summary>The System program, which moves lamports.</summary>
    System,

    /// <summary>SPL Token and Token-2022, which move tokens.</summary>
    Token,

    /// <summary>Associated Token: opens accounts for others.</summary>
    AssociatedToken,

    /// <summary>Compute Budget.</summary>
    ComputeBudget,

    /// <summary>Other programs that are part of the validator: vote, stake, loaders.</summary>
    Builtin,

    /// <summary>Signature checks that are paid like signatures: ed25519, secp256k1, secp256r1.</summary>
    Precompile,

    /// <summary>Memo, assertions, no-ops: never the program that a transaction is about.</summary>
    Plumbing,

    /// <summary>Jito's tip payment program, whose cranks drain the tip accounts.</summary>
    TipPayment,

    /// <summary>Routes swaps to other programs; never a pool itself. Transfers do not bubble beyond it.</summary>
    Aggregator,

    /// <summary>A bot's or wallet's program that calls venues; treated as an aggregator, but known as what it is.</summary>
    Wrapper,

    /// <summary>Lends and liquidates: pays one token for another without being a swap.</summary>
    Lending,

    /// <summary>Stake pools and liquid staking: receipts for deposits.</summary>
    Staking,

    /// <summary>Trades things rather than tokens: NFTs, game items.</summary>
    Marketplace,

    /// <summary>Perpetual futures and options: margin moves, no swaps.</summary>
    Perpetuals,

    /// <summary>Holds or moves tokens for the program that calls it; its transfers belong to the caller.</summary>
    Helper,

    /// <summary>Pool with a curve over its reserves.</summary>
    Amm,

    /// <summary>Pool with concentrated liquidity.</summary>
    Clmm,

    /// <summary>Order book.</summary>
    Clob,

    /// <summary>Bonding curve of a token launch.</summary>
    Curve,

    /// <summary>Pool whose price its owner sets; layout not published.</summary>
    PropAmm,

    /// <summary>Request for quote and limit orders: a trade between two users.</summary>
    Rfq,
}

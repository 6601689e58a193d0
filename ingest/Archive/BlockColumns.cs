using Sluice.Ingest.Decoding.Model;

namespace Sluice.Ingest.Archive;

/// <summary>What writer and reader of a block's columns share.</summary>
/// <remarks>
/// Steps that make a block small: keys once; an account's lamports and tokens as the difference from where its last transaction in the
/// block left them, which mostly is zero; each kind of number in a column of its own, which packs well.
/// </remarks>
internal static class BlockColumns
{
    public const byte IsVote = 1, IsFailed = 2, IsVersioned = 4, HasBalances = 8, HasTokenBalances = 16, HasInnerInstructions = 32;
    public const byte IsInner = 1, IsParsedOnly = 2;
    public const byte HasPre = 1, HasPost = 2, IsKnownAccount = 4;
    public const byte IsPartial = 1, HasBlockTime = 2, HasBlockHeight = 4;
}

/// <summary>What a token account was when the block's transactions last named it.</summary>
internal struct TokenMemory
{
    public int Mint, Owner, TokenProgram;
    public ulong Amount;
    public byte Decimals;
    public bool IsKnown;

    public readonly bool Matches(in RawTokenBalance balance) =>
        IsKnown && Mint == balance.Mint && Owner == balance.Owner && TokenProgram == balance.TokenProgram && Decimals == balance.Decimals;

    public void Keep(in RawTokenBalance balance)
    {
        (Mint, Owner, TokenProgram, Decimals, IsKnown) = (balance.Mint, balance.Owner, balance.TokenProgram, balance.Decimals, true);
        Amount = balance.HasPost ? balance.Post : balance.Pre;
    }
}

using System.Buffers.Text;
using Sluice.Ingest.Blocks.Json;
using Sluice.Ingest.Decoding.Model;

namespace Sluice.Ingest.Blocks;

/// <summary>Reads preTokenBalances and postTokenBalances and joins the two sides of an account.</summary>
internal sealed class TokenBalanceReader
{
    private readonly TokenBalanceJoin _join = new();

    public bool TryRead(ref JsonCursor c, TransactionDraft draft, bool isPost)
    {
        if (!c.EnterArray()) { return false; }
        while (c.NextElement())
        {
            if (!TryReadOne(ref c, draft, isPost)) { return false; }
        }

        return !c.Failed;
    }

    private bool TryReadOne(ref JsonCursor c, TransactionDraft draft, bool isPost)
    {
        var account = -1;
        var entry = new RawTokenBalance { Mint = -1, Owner = -1, TokenProgram = -1 };
        var hasAmount = false;
        ulong amount = 0;
        if (!c.EnterObject()) { return false; }
        while (c.NextProperty(out var name))
        {
            if (name.SequenceEqual("accountIndex"u8))
            {
                if (!c.TryReadUInt64(out var index, out var fault)) { return draft.Fail(fault); }
                if (index > ushort.MaxValue) { return draft.Fail(RejectReasons.AccountOutside); }
                account = (int)index;
                draft.HighestAccount = Math.Max(draft.HighestAccount, account);
            }
            else if (name.SequenceEqual("mint"u8))
            {
                if ((entry.Mint = draft.ReadKey(ref c)) < 0) { return false; }
            }
            else if (name.SequenceEqual("owner"u8))
            {
                if (!TryReadOptionalKey(ref c, draft, out entry.Owner)) { return false; }
            }
            else if (name.SequenceEqual("programId"u8))
            {
                if (!TryReadOptionalKey(ref c, draft, out entry.TokenProgram)) { return false; }
            }
            else if (name.SequenceEqual("uiTokenAmount"u8))
            {
                if (!TryReadAmount(ref c, draft, out amount, out entry.Decimals)) { return false; }
                hasAmount = true;
            }
            else if (!c.SkipValue())
            {
                return false;
            }
        }

        if (c.Failed || account < 0 || entry.Mint < 0 || !hasAmount) { return false; }
        entry.Account = account;
        _join.Add(draft, entry, amount, isPost);
        return true;
    }

    private static bool TryReadOptionalKey(ref JsonCursor c, TransactionDraft draft, out int key)
    {
        key = -1;
        if (c.TryReadNull()) { return true; }
        if (c.Json[c.Position..].StartsWith("\"\""u8)) { return c.SkipValue(); }
        return (key = draft.ReadKey(ref c)) >= 0;
    }

    /// <summary>Reads amount and decimals of uiTokenAmount; its ui fields are rounded and null for zero, so they are never used.</summary>
    private static bool TryReadAmount(ref JsonCursor c, TransactionDraft draft, out ulong amount, out byte decimals)
    {
        amount = 0;
        decimals = 0;
        var hasAmount = false;
        if (!c.EnterObject()) { return false; }
        while (c.NextProperty(out var name))
        {
            if (name.SequenceEqual("amount"u8))
            {
                if (!c.TryReadString(out var text)) { return false; }
                if (!Utf8Parser.TryParse(text, out amount, out var used) || used != text.Length)
                {
                    return draft.Fail(text.StartsWith("-"u8) ? RejectReasons.NegativeNumber : RejectReasons.NumberOutOfRange);
                }

                hasAmount = true;
            }
            else if (name.SequenceEqual("decimals"u8))
            {
                if (!c.TryReadUInt64(out var value, out var fault)) { return draft.Fail(fault); }
                if (value > byte.MaxValue) { return draft.Fail(RejectReasons.NumberOutOfRange); }
                decimals = (byte)value;
            }
            else if (!c.SkipValue())
            {
                return false;
            }
        }

        return hasAmount && !c.Failed;
    }
}

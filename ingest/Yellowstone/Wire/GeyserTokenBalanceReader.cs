using System.Buffers.Text;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding.Model;

namespace Sluice.Ingest.Yellowstone.Wire;

/// <summary>Reads the messages <c>TokenBalance</c> of one side.</summary>
internal sealed class GeyserTokenBalanceReader
{
    private const int Pre = 7, Post = 8;

    private readonly TokenBalanceJoin _join = new();

    /// <param name="at">Fields of the transaction's meta among which the balances are.</param>
    public bool TryRead(ReadOnlySpan<byte> document, ByteRange at, TransactionDraft draft, bool isPost)
    {
        var c = new ProtoCursor(document, at);
        while (c.Next())
        {
            if (c.Field != (isPost ? Post : Pre))
            {
                c.Skip();
                continue;
            }

            if (!c.TryRead(out ByteRange balance) || !TryReadOne(document, balance, draft, isPost)) { return false; }
        }

        return !c.Failed;
    }

    private bool TryReadOne(ReadOnlySpan<byte> document, ByteRange at, TransactionDraft draft, bool isPost)
    {
        var c = new ProtoCursor(document, at);
        ByteRange mint = default, owner = default, program = default, ui = default;
        ulong account = 0;
        while (c.Next())
        {
            switch (c.Field)
            {
                case 1: c.TryRead(out account); break;
                case 2: c.TryRead(out mint); break;
                case 3: c.TryRead(out ui); break;
                case 4: c.TryRead(out owner); break;
                case 5: c.TryRead(out program); break;
                default: c.Skip(); break;
            }
        }

        if (c.Failed) { return false; }
        if (account > ushort.MaxValue) { return draft.Fail(RejectReasons.AccountOutside); }
        var entry = new RawTokenBalance { Account = (int)account };
        if (!TryReadKey(document, mint, draft, out entry.Mint) || entry.Mint < 0) { return draft.Fail(RejectReasons.BadKey); }
        if (!TryReadKey(document, owner, draft, out entry.Owner) || !TryReadKey(document, program, draft, out entry.TokenProgram)) { return draft.Fail(RejectReasons.BadKey); }
        if (!TryReadAmount(document, ui, draft, out var amount, out entry.Decimals)) { return false; }
        draft.HighestAccount = Math.Max(draft.HighestAccount, entry.Account);
        _join.Add(draft, entry, amount, isPost);
        return true;
    }

    /// <summary>A key by its text; −1 where there is none.</summary>
    private static bool TryReadKey(ReadOnlySpan<byte> document, ByteRange text, TransactionDraft draft, out int key)
    {
        key = -1;
        return text.Length == 0 || (key = draft.KeyAt(document, text.Start, text.Length)) >= 0;
    }

    private static bool TryReadAmount(ReadOnlySpan<byte> document, ByteRange at, TransactionDraft draft, out ulong amount, out byte decimals)
    {
        (amount, decimals) = (0, 0);
        var c = new ProtoCursor(document, at);
        var text = default(ByteRange);
        ulong places = 0;
        while (c.Next())
        {
            switch (c.Field)
            {
                case 2: c.TryRead(out places); break;
                case 3: c.TryRead(out text); break;
                default: c.Skip(); break;
            }
        }

        if (c.Failed || text.Length == 0) { return false; }
        if (places > byte.MaxValue) { return draft.Fail(RejectReasons.NumberOutOfRange); }
        decimals = (byte)places;
        var digits = document.Slice(text.Start, text.Length);
        return (Utf8Parser.TryParse(digits, out amount, out var used) && used == digits.Length)
            || draft.Fail(digits[0] == '-' ? RejectReasons.NegativeNumber : RejectReasons.NumberOutOfRange);
    }
}

using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Chain;

namespace Sluice.Ingest.Decoding.Engine;

/// <summary>Finds accounts by which a transaction asks Jito's block engine to place nothing before it in its bundle.</summary>
/// <remarks>
/// Any account of the range does; keys compare by bytes, which for keys of the same number of base58 characters is the order of their
/// texts. Hardly any block names one, so the block's distinct keys are looked through once and transactions only where one was found.
/// </remarks>
internal sealed class DontFrontMarks(DecoderOptions options)
{
    private readonly Pile<int> _marks = new();

    /// <summary>Turns to another block.</summary>
    public void Begin(RawBlock raw)
    {
        _marks.Clear();
        var keys = raw.Keys.Keys;
        for (var i = 0; i < keys.Length; i++)
        {
            if (IsMark(keys[i])) { _marks.Add() = i; }
        }
    }

    /// <summary>The mark that a transaction names, the first in the order of its accounts; null without one.</summary>
    public Pubkey? Find(RawBlock raw, in RawTransaction tx)
    {
        if (_marks.Count == 0) { return null; }
        foreach (var key in raw.AccountKeys.Span.Slice(tx.AccountStart, tx.AccountCount))
        {
            if (_marks.Span.Contains(key)) { return raw.Keys[key]; }
        }

        return null;
    }

    private bool IsMark(in Pubkey key) => key.CompareTo(options.DontFrontFirst) >= 0 && key.CompareTo(options.DontFrontEnd) < 0;
}

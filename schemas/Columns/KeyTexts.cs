using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Sluice.Schemas.Chain;

namespace Sluice.Schemas.Columns;

/// <summary>Base58 of keys met lately, and of the last signature, shared by the columns of a writer.</summary>
/// <remarks>
/// A signer is also the trader, and busy pools come again: each key has one place, by its hash, where the next key of that place replaces it.
/// A transaction's swaps follow one another, and a finding's id and its first leg have the same signature: the last one is enough.
/// </remarks>
internal sealed class KeyTexts
{
    private const int Places = 1024;

    private readonly Place[] _places = new Place[Places];
    private Signature _signature;
    private SignatureCharacters _signatureText;

    public void Append(ref ByteBuffer buffer, in Pubkey key)
    {
        ref var place = ref _places[key.GetHashCode() & (Places - 1)];
        if (place.Length == 0 || place.Key != key)
        {
            place.Key = key;
            place.Length = (byte)(1 + key.Format(place.Text[1..]));
            place.Text[0] = (byte)(place.Length - 1);
        }

        // The whole place is copied, since a copy of a fixed size is quicker; the length says what counts.
        place.Text.CopyTo(buffer.Reserve(Characters.Size));
        buffer.Advance(place.Length);
    }

    public void Append(ref ByteBuffer buffer, in Signature signature) => buffer.Append(TextOf(signature));

    [SkipLocalsInit]
    public void Append(ref ByteBuffer buffer, in FindingId id)
    {
        if (id.Kept is { } text)
        {
            NativeText.Append(ref buffer, text);
            return;
        }

        Span<byte> utf8 = stackalloc byte[FindingId.MaxBytes];
        NativeText.Append(ref buffer, utf8[..id.Format(utf8, TextOf(id.Signature)[1..])]);
    }

    /// <summary>Varint of the length, which takes one byte, and the characters.</summary>
    private ReadOnlySpan<byte> TextOf(in Signature signature)
    {
        Span<byte> text = _signatureText;
        if (text[0] == 0 || signature != _signature)
        {
            text[0] = (byte)signature.Format(text[1..]);
            _signature = signature;
        }

        return text[..(1 + text[0])];
    }

    private struct Place
    {
        public Pubkey Key;
        public byte Length;
        private Characters _text;

        [UnscopedRef]
        public Span<byte> Text => _text;
    }

    /// <summary>Varint of the length, which takes one byte, and up to 44 characters.</summary>
    [InlineArray(Size)]
    private struct Characters
    {
        public const int Size = 1 + Base58.MaxChars32;
        private byte _first;
    }

    /// <summary>Varint of the length, which takes one byte, and up to 88 characters; a length of 0 before the first.</summary>
    [InlineArray(1 + Base58.MaxChars64)]
    private struct SignatureCharacters
    {
        private byte _first;
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Sluice.Schemas.Chain;

namespace Sluice.Schemas.Columns;

/// <summary>Base58 of keys met lately, shared by the columns of a writer: a signer is also the trader, busy pools come again.</summary>
/// <remarks>Each key has one place, by its hash, where the next key of that place replaces it.</remarks>
internal sealed class KeyTexts
{
    private const int Places = 1024;

    private readonly Place[] _places = new Place[Places];

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
}

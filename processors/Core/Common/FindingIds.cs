using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Sluice.Schemas.Chain;

namespace Sluice.Processors.Core.Common;

/// <summary>Ids of findings, made of content alone: a kind, a signature, and where in the transaction.</summary>
public static class FindingIds
{
    private const int MaxPlace = 2 * 11 + 2;

    /// <summary>kind&lt;signature&gt;; the kind ends with its colon.</summary>
    [SkipLocalsInit]
    public static string Of(string kind, in Signature signature)
    {
        Span<char> id = stackalloc char[kind.Length + Base58.MaxChars64];
        return new string(id[..Write(id, kind, signature)]);
    }

    /// <summary>kind&lt;signature&gt;:ixIndex.innerIxIndex.</summary>
    [SkipLocalsInit]
    public static string Of(string kind, in Signature signature, int ixIndex, int innerIxIndex)
    {
        Span<char> id = stackalloc char[kind.Length + Base58.MaxChars64 + MaxPlace];
        var length = Write(id, kind, signature);
        id[length++] = ':';
        ixIndex.TryFormat(id[length..], out var written, provider: CultureInfo.InvariantCulture);
        length += written;
        id[length++] = '.';
        innerIxIndex.TryFormat(id[length..], out written, provider: CultureInfo.InvariantCulture);
        return new string(id[..(length + written)]);
    }

    [SkipLocalsInit]
    private static int Write(Span<char> id, string kind, in Signature signature)
    {
        Span<byte> text = stackalloc byte[Base58.MaxChars64];
        var length = signature.Format(text);
        kind.CopyTo(id);
        Encoding.ASCII.GetChars(text[..length], id[kind.Length..]);
        return kind.Length + length;
    }
}

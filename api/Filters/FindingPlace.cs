using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Sluice.Schemas.Chain;

namespace Sluice.Api.Filters;

/// <summary>What the id of a finding is made of: a signature and, for kinds of which a transaction can have several, the place of a leg in it.</summary>
/// <param name="Signature">Transaction.</param>
/// <param name="Parts">How many numbers follow the signature: 0, 2 (instruction, inner instruction) or 3 (and leg).</param>
internal readonly record struct FindingPlace(Signature Signature, int Parts, int IxIndex, int InnerIxIndex, int LegIndex)
{
    /// <summary>The id in a place of a page; which numbers belong to it, <see cref="Text"/> knows by the kind.</summary>
    public FindingPlace(in PageKey key)
        : this(key.Signature, -1, key.IxIndex, key.InnerIxIndex, key.LegIndex)
    {
    }

    /// <summary>Reads <c>[prefix:]signature[:ix.inner[.leg]]</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out FindingPlace? id)
    {
        id = null;
        var parts = text.Split(':');
        var at = parts.Length > 1 && !Signature.TryParse(parts[0], out _) ? 1 : 0;
        if (parts.Length - at is not (1 or 2) || !Signature.TryParse(parts[at], out Signature signature)) { return false; }
        var numbers = parts.Length - at == 1 ? [] : parts[at + 1].Split('.');
        Span<int> values = stackalloc int[3];
        if (numbers.Length is 1 or > 3) { return false; }
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!int.TryParse(numbers[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out values[i])) { return false; }
        }

        id = new FindingPlace(signature, numbers.Length, values[0], values[1], values[2]);
        return true;
    }

    /// <summary>The id as it stands in the table.</summary>
    public string Text(string prefix)
    {
        var parts = Parts >= 0 ? Parts : prefix switch
        {
            "sandwich" or "round_trip" => 3,
            "jit" or "liquidation" => 2,
            _ => 0,
        };
        return parts switch
        {
            0 => $"{prefix}:{Signature}",
            2 => string.Create(CultureInfo.InvariantCulture, $"{prefix}:{Signature}:{IxIndex}.{InnerIxIndex}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{prefix}:{Signature}:{IxIndex}.{InnerIxIndex}.{LegIndex}"),
        };
    }
}

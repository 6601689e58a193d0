using System.Globalization;

namespace Sluice.Ingest.Sources;

/// <summary>Finds the slot that a file's name states, such as <c>254170887.json</c> or <c>slot_254170887.base64.json.gz</c>.</summary>
internal static class SlotNames
{
    // Above this a number is a time in milliseconds or no slot at all.
    private const int MaxDigits = 12;

    /// <summary>The slot, or null where there is none or two are equally likely.</summary>
    /// <remarks>
    /// A slot is a word of digits, or <c>slot</c> or <c>block</c> with digits behind; words are separated by anything but letters and
    /// digits, so that signatures name no slots. The longest number counts.
    /// </remarks>
    public static ulong? Find(string path)
    {
        var name = Path.GetFileName(path.AsSpan());
        ReadOnlySpan<char> best = default;
        var isAmbiguous = false;
        for (var at = 0; at < name.Length;)
        {
            if (!char.IsAsciiLetterOrDigit(name[at]))
            {
                at++;
                continue;
            }

            var end = at;
            while (end < name.Length && char.IsAsciiLetterOrDigit(name[end])) { end++; }
            var digits = DigitsOf(name[at..end]);
            at = end;
            if (digits.Length == 0) { continue; }
            if (digits.Length == best.Length && !digits.SequenceEqual(best)) { isAmbiguous = true; }
            if (digits.Length <= best.Length) { continue; }
            best = digits;
            isAmbiguous = false;
        }

        return best.Length > 0 && !isAmbiguous ? ulong.Parse(best, CultureInfo.InvariantCulture) : null;
    }

    private static ReadOnlySpan<char> DigitsOf(ReadOnlySpan<char> word)
    {
        if (word.StartsWith("slot", StringComparison.OrdinalIgnoreCase)) { word = word["slot".Length..]; }
        else if (word.StartsWith("block", StringComparison.OrdinalIgnoreCase)) { word = word["block".Length..]; }
        return word.Length is > 0 and <= MaxDigits && !word.ContainsAnyExceptInRange('0', '9') ? word : default;
    }
}

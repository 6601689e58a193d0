using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Sluice.Schemas.Chain;

namespace Sluice.Api.Filters;

/// <summary>Reads query parameters. The first that is wrong stands in <see cref="Problem"/>; reading goes on with defaults.</summary>
internal sealed class ParameterReader(IQueryCollection query)
{
    /// <summary>9999-12-31T23:59:59Z, the last second that ISO 8601 writes with four digits.</summary>
    private const long MaxUnixSeconds = 253_402_300_799;

    private static readonly string[] TimeFormats =
        ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    public ProblemHttpResult? Problem { get; private set; }

    public ulong? Slot(ApiParameter parameter) => Number(parameter, "a slot number, 0 or more");

    /// <param name="expected">What a good value is, as the end of a sentence that begins with "must be".</param>
    public ulong? Number(ApiParameter parameter, string expected)
    {
        if (Text(parameter) is not { } text) { return null; }
        if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= long.MaxValue) { return number; }
        Refuse(parameter, text, expected);
        return null;
    }

    /// <summary>Milliseconds since 1970-01-01 UTC.</summary>
    public long? TimeUnixMs(ApiParameter parameter)
    {
        if (Text(parameter) is not { } text) { return null; }
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            if (seconds <= MaxUnixSeconds) { return seconds * 1_000; }
            Refuse(parameter, text, "unix time in seconds, not milliseconds");
            return null;
        }

        // A plus that nobody escaped arrives as a space.
        if (DateTimeOffset.TryParseExact(
                text.Replace(' ', '+'), TimeFormats, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            && time >= DateTimeOffset.UnixEpoch)
        {
            return time.ToUnixTimeMilliseconds();
        }

        Refuse(parameter, text, "a time such as 2024-03-14T16:00:00Z, or unix seconds");
        return null;
    }

    public string? Key(ApiParameter parameter)
    {
        if (Text(parameter) is not { } text) { return null; }
        if (Pubkey.TryParse(text, out _)) { return text; }
        Refuse(parameter, text, "an account's address: 32 bytes in base58, 32 to 44 characters");
        return null;
    }

    public string? Signature(ApiParameter parameter)
    {
        if (Text(parameter) is not { } text) { return null; }
        if (Schemas.Chain.Signature.TryParse(text, out _)) { return text; }
        Refuse(parameter, text, "a signature: 64 bytes in base58, 64 to 88 characters");
        return null;
    }

    public string? Venue(ApiParameter parameter)
    {
        if (Text(parameter) is not { } text) { return null; }
        if (text.Length <= 100 && text.All(static c => char.IsAsciiLetterOrDigit(c) || " ._()-".Contains(c))) { return text; }
        Refuse(parameter, text, "a venue's name, such as raydium-amm-v4");
        return null;
    }

    public string? OneOf(ApiParameter parameter)
    {
        if (Text(parameter) is not { } text) { return null; }
        if (parameter.Values.Contains(text)) { return text; }
        Refuse(parameter, text, "one of " + string.Join(", ", parameter.Values));
        return null;
    }

    public Int128? Amount(ApiParameter parameter)
    {
        if (Text(parameter) is not { } text) { return null; }
        if (text.Length <= 38 && Int128.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var amount)) { return amount; }
        Refuse(parameter, text, "a whole number of base units, 0 or more");
        return null;
    }

    public int Limit()
    {
        if (Text(ApiParameters.Limit) is not { } text) { return ApiParameters.DefaultLimit; }
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= ApiParameters.MaxLimit)
        {
            return limit;
        }

        Refuse(ApiParameters.Limit, text, $"1 to {ApiParameters.MaxLimit}");
        return ApiParameters.DefaultLimit;
    }

    /// <summary>The parameter's text; null when it is not given. Given but empty is a problem.</summary>
    public string? Text(ApiParameter parameter)
    {
        if (!query.TryGetValue(parameter.Name, out var values)) { return null; }
        if (values is [{ Length: > 0 } text]) { return text; }
        if (values.Count > 1) { Problem ??= Problems.RepeatedParameter(parameter.Name); }
        else { Refuse(parameter, "", "left out, or have a value"); }
        return null;
    }

    public void Refuse(ProblemHttpResult problem) => Problem ??= problem;

    private void Refuse(ApiParameter parameter, string value, string expected) =>
        Problem ??= Problems.InvalidParameter(parameter.Name, value, expected);
}

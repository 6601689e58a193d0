using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Sluice.Api.Filters;

/// <summary>What a list is asked for. A null restricts nothing.</summary>
internal sealed record RowFilter
{
    /// <summary>Parameters of the list of swaps.</summary>
    public static readonly ParameterSet Swaps = new(
        ApiParameters.FromSlot, ApiParameters.ToSlot, ApiParameters.FromTime, ApiParameters.ToTime, ApiParameters.Pool,
        ApiParameters.Mint, ApiParameters.Signer, ApiParameters.Venue, ApiParameters.Limit, ApiParameters.Cursor);

    /// <summary>Parameters of the list of arbitrages.</summary>
    public static readonly ParameterSet Arbitrages = new(
        ApiParameters.FromSlot, ApiParameters.ToSlot, ApiParameters.FromTime, ApiParameters.ToTime, ApiParameters.Pool,
        ApiParameters.Mint, ApiParameters.Signer, ApiParameters.Venue, ApiParameters.Class, ApiParameters.MinProfit,
        ApiParameters.ProfitMint, ApiParameters.Limit, ApiParameters.Cursor);

    /// <summary>Parameters of the list of validators.</summary>
    public static readonly ParameterSet Validators = new(
        ApiParameters.ObservedEpoch, ApiParameters.VoteAccount, ApiParameters.Identity, ApiParameters.Limit, ApiParameters.Cursor);

    private static readonly string[] Later = ["victim", "obligation", "wrapper", "signature", "protocol", "tag", "min_net_lamports", "epoch", "vote_account", "identity"];

    public ulong? FromSlot { get; init; }

    public ulong? ToSlot { get; init; }

    /// <summary>Milliseconds since 1970-01-01 UTC.</summary>
    public long? FromTimeUnixMs { get; init; }

    /// <summary>Milliseconds since 1970-01-01 UTC.</summary>
    public long? ToTimeUnixMs { get; init; }

    public string? Pool { get; init; }

    public string? Mint { get; init; }

    public string? Signer { get; init; }

    public string? Venue { get; init; }

    public string? Class { get; init; }

    /// <summary>Base units of <see cref="ProfitMint"/>.</summary>
    public Int128? MinProfit { get; init; }

    public string? ProfitMint { get; init; }

    public string? Victim { get; init; }

    public string? Obligation { get; init; }

    public string? Wrapper { get; init; }

    public string? Signature { get; init; }

    public string? Protocol { get; init; }

    public string? Tag { get; init; }

    /// <summary>Lamports.</summary>
    public Int128? MinNetLamports { get; init; }

    public ulong? Epoch { get; init; }

    public string? VoteAccount { get; init; }

    public string? Identity { get; init; }

    public int Limit { get; init; } = ApiParameters.DefaultLimit;

    /// <summary>The row that the page before ended with.</summary>
    public PageKey? After { get; init; }

    /// <summary>Tells queries apart: equal for equal filters of one resource, whatever the page and its size.</summary>
    public ulong Fingerprint { get; init; }

    /// <summary>Reads the parameters of a request; those that the resource does not take are absent by then.</summary>
    public static bool TryRead(
        HttpRequest request, [NotNullWhen(true)] out RowFilter? filter, [NotNullWhen(false)] out ProblemHttpResult? problem)
    {
        var reader = new ParameterReader(request.Query);
        var read = new RowFilter
        {
            FromSlot = reader.Slot(ApiParameters.FromSlot),
            ToSlot = reader.Slot(ApiParameters.ToSlot),
            FromTimeUnixMs = reader.TimeUnixMs(ApiParameters.FromTime),
            ToTimeUnixMs = reader.TimeUnixMs(ApiParameters.ToTime),
            Pool = reader.Key(ApiParameters.Pool),
            Mint = reader.Key(ApiParameters.Mint),
            Signer = reader.Key(ApiParameters.Signer),
            Venue = reader.Venue(ApiParameters.Venue),
            Class = reader.OneOf(request.HttpContext.GetEndpoint()?.Metadata.GetMetadata<ParameterSet>()?.Find("class") ?? ApiParameters.Class),
            MinProfit = reader.Amount(ApiParameters.MinProfit),
            ProfitMint = reader.Key(ApiParameters.ProfitMint),
            Victim = reader.Key(ApiParameters.Victim),
            Obligation = reader.Key(ApiParameters.Obligation),
            Wrapper = reader.Key(ApiParameters.Wrapper),
            Signature = reader.Signature(ApiParameters.TransactionSignature),
            Protocol = reader.Venue(ApiParameters.Protocol),
            Tag = reader.OneOf(ApiParameters.Tag),
            MinNetLamports = reader.Amount(ApiParameters.MinNetLamports),
            Epoch = reader.Number(ApiParameters.ObservedEpoch, "an epoch, 0 or more"),
            VoteAccount = reader.Key(ApiParameters.VoteAccount),
            Identity = reader.Key(ApiParameters.Identity),
            Limit = reader.Limit(),
        };
        if (read.FromSlot > read.ToSlot) { reader.Refuse(Problems.EmptyRange("from_slot", "to_slot")); }
        if (read.FromTimeUnixMs > read.ToTimeUnixMs) { reader.Refuse(Problems.EmptyRange("from_time", "to_time")); }
        if (read is { MinProfit: not null, ProfitMint: null })
        {
            reader.Refuse(Problems.MissingParameter("profit_mint", "min_profit counts base units of one token, so it must be named."));
        }

        read = read with { Fingerprint = read.Hash(request.Path.Value ?? "") };
        if (reader.Text(ApiParameters.Cursor) is { } text)
        {
            if (!Cursor.TryRead(text, out var query, out var after)) { reader.Refuse(Problems.InvalidCursor()); }
            else if (query != read.Fingerprint) { reader.Refuse(Problems.CursorOfAnotherQuery()); }
            else { read = read with { After = after }; }
        }

        problem = reader.Problem;
        filter = problem is null ? read : null;
        return problem is null;
    }

    /// <summary>The value of a parameter that not every list takes, as text; null when it restricts nothing.</summary>
    public string? Value(string name) => name switch
    {
        "pool" => Pool,
        "mint" => Mint,
        "signer" => Signer,
        "venue" => Venue,
        "class" => Class,
        "victim" => Victim,
        "obligation" => Obligation,
        "wrapper" => Wrapper,
        "signature" => Signature,
        "protocol" => Protocol,
        "tag" => Tag,
        "min_net_lamports" => MinNetLamports?.ToString(CultureInfo.InvariantCulture),
        "epoch" => Epoch?.ToString(CultureInfo.InvariantCulture),
        "vote_account" => VoteAccount,
        "identity" => Identity,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such parameter"),
    };

    /// <summary>Equal on every machine and in every release that keeps the form of cursors.</summary>
    private ulong Hash(string path)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{path}\n{FromSlot}\n{ToSlot}\n{FromTimeUnixMs}\n{ToTimeUnixMs}\n{Pool}\n{Mint}\n{Signer}\n{Venue}\n{Class}\n{MinProfit}\n{ProfitMint}");

        // Only what is there, so that the queries of earlier releases keep their fingerprints.
        foreach (var name in Later)
        {
            if (Value(name) is { } value) { text += $"\n{name}={value}"; }
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }
}

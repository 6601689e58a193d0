using Sluice.Api.Queries;

namespace Sluice.Api.Filters;

/// <summary>A query parameter: its name, its meaning, and what the OpenAPI document says of its values.</summary>
/// <param name="Name">As in the URL.</param>
/// <param name="Description">Meaning and unit.</param>
/// <param name="Example">A good value.</param>
/// <param name="Type">JSON schema type.</param>
internal sealed record ApiParameter(string Name, string Description, string Example, string Type = "string")
{
    public string? Pattern { get; init; }

    public string? Format { get; init; }

    public long? Minimum { get; init; }

    public long? Maximum { get; init; }

    public long? Default { get; init; }

    public IReadOnlyList<string> Values { get; init; } = [];
}

/// <summary>Every query parameter of the resources.</summary>
internal static class ApiParameters
{
    /// <summary>Rows of a page when <c>limit</c> is not given.</summary>
    public const int DefaultLimit = 100;

    /// <summary>Largest <c>limit</c>.</summary>
    public const int MaxLimit = 1_000;

    private const string Base58Key = "^[1-9A-HJ-NP-Za-km-z]{32,44}$";

    public static readonly ApiParameter FromSlot = new("from_slot", "First slot, inclusive.", "254170000", "integer")
    {
        Format = "int64",
        Minimum = 0,
    };

    public static readonly ApiParameter ToSlot = new("to_slot", "Last slot, inclusive.", "254179999", "integer")
    {
        Format = "int64",
        Minimum = 0,
    };

    public static readonly ApiParameter FromTime = new(
        "from_time", "Earliest block time, inclusive: ISO 8601 (UTC unless it names an offset) or unix seconds. Blocks without a time are left out.",
        "2024-03-14T00:00:00Z");

    public static readonly ApiParameter ToTime = new(
        "to_time", "Latest block time, inclusive: ISO 8601 (UTC unless it names an offset) or unix seconds. Blocks without a time are left out.",
        "2024-03-14T23:59:59Z");

    public static readonly ApiParameter Pool = new(
        "pool", "Pool that was used, base58.", "7XawhbbxtsRcQA8KTkHT9f9nc6d69UwqCDh6U5EEbEmX")
    { Pattern = Base58Key };

    public static readonly ApiParameter Mint = new("mint", "Token that was paid, received or gained, base58.", Chain.SolMint) { Pattern = Base58Key };

    public static readonly ApiParameter Signer = new(
        "signer", "Fee payer, base58.", "5y5jCvdD6uTPjWbQtLj8ABQ56jCor2SxURidAqGSyviw")
    { Pattern = Base58Key };

    public static readonly ApiParameter Venue = new(
        "venue", "Name of a venue that was used.", "raydium-amm-v4")
    { Pattern = "^[A-Za-z0-9 ._()-]{1,100}$" };

    public static readonly ApiParameter Class = ClassOf("cyclic", "cross_pair", "stable", "long_tail");

    public static readonly ApiParameter Victim = new(
        "victim", "Fee payer or owner of a swap that was traded against, base58.", "CRFDVv9csRhiA5kec6RS34xaZaTTLCMdy6qq5ZpDQLRa")
    { Pattern = Base58Key };

    public static readonly ApiParameter Obligation = new(
        "obligation", "Obligation or margin account, base58.", "5y5jCvdD6uTPjWbQtLj8ABQ56jCor2SxURidAqGSyviw")
    { Pattern = Base58Key };

    public static readonly ApiParameter Wrapper = new(
        "wrapper", "First top-level program that is no builtin, base58.", "vpeNALD89BZ4KxNUFjdLmFXBCwtyqBDQ85ouNoax38b")
    { Pattern = Base58Key };

    public static readonly ApiParameter TransactionSignature = new(
        "signature", "Transaction that is a part of the finding, base58.",
        "5MajX2HvcNcpbVTgPgy4BpAysatJnFbxypZaMYxnwp2xmbe9uQq8FcytnpaLdLL4SrrQ4oCDAaHhACnTc5GuyfDL")
    { Pattern = "^[1-9A-HJ-NP-Za-km-z]{64,88}$" };

    public static readonly ApiParameter Protocol = new("protocol", "Lending or margin protocol.", "solend") { Pattern = "^[A-Za-z0-9 ._()-]{1,100}$" };

    public static readonly ApiParameter Tag = new("tag", "Mark that the finding carries.", "multi_victim")
    {
        Values = ["multi_victim", "multi_leg", "cross_pool", "partial", "jit", "failed", "dontfront_violated"],
    };

    public static readonly ApiParameter MinNetLamports = new(
        "min_net_lamports", "Least net profit in lamports, at the stream's price; findings without a price are left out.", "1000000")
    {
        Pattern = "^[0-9]{1,38}$",
    };

    /// <summary>Parameters that lists of findings may take, beside slots, times and pages.</summary>
    public static readonly IReadOnlyList<ApiParameter> OfFindings =
        [Pool, Mint, Signer, Victim, Obligation, Wrapper, TransactionSignature, Venue, Protocol, Tag, MinNetLamports];

    /// <summary>The parameter for the classes of one resource.</summary>
    public static ApiParameter ClassOf(params string[] classes) => new("class", "Class of the finding.", classes[0]) { Values = classes };

    public static readonly ApiParameter MinProfit = new(
        "min_profit", "Least gross profit, base units of profit_mint (lamports for SOL). Needs profit_mint.", "1000000")
    {
        Pattern = "^[0-9]{1,38}$",
    };

    public static readonly ApiParameter ProfitMint = new("profit_mint", "Token of the profit, base58.", Chain.SolMint) { Pattern = Base58Key };

    public static readonly ApiParameter Epoch = new("epoch", "Epoch; that of the last stored slot when left out.", "588", "integer")
    {
        Format = "int64",
        Minimum = 0,
    };

    public static readonly ApiParameter ObservedEpoch = new("epoch", "Epoch of the observations.", "588", "integer")
    {
        Format = "int64",
        Minimum = 0,
    };

    public static readonly ApiParameter VoteAccount = new(
        "vote_account", "Vote account of the validator, base58.", "3ZT31jkAGhUaw8jsy4bTknwBMP8i4Eueh52By4zXcsVw")
    { Pattern = Base58Key };

    public static readonly ApiParameter Identity = new(
        "identity", "Identity of the validator's node, base58.", "B97CCUW3AEZFGy6uUg6zUdnNYvnVq5VG8PUtb2HayTDD")
    { Pattern = Base58Key };

    public static readonly ApiParameter Limit = new("limit", "Rows at most.", "100", "integer")
    {
        Format = "int32",
        Minimum = 1,
        Maximum = MaxLimit,
        Default = DefaultLimit,
    };

    public static readonly ApiParameter Cursor = new(
        "cursor", "The next_cursor of the page before, to continue after it; repeat the other filters.", "");
}

/// <summary>The parameters that an endpoint takes; others are refused by name.</summary>
internal sealed class ParameterSet(params ApiParameter[] parameters)
{
    /// <summary>For an endpoint that says nothing else.</summary>
    public static readonly ParameterSet None = new();

    public IReadOnlyList<ApiParameter> Parameters { get; } = parameters;

    public IReadOnlyList<string> Names { get; } = [.. parameters.Select(p => p.Name)];

    /// <summary>The parameter of a name, where the endpoint takes it.</summary>
    public ApiParameter? Find(string name) => Parameters.FirstOrDefault(p => p.Name == name);

    public bool Contains(string name)
    {
        foreach (var known in Names)
        {
            if (known == name) { return true; }
        }

        return false;
    }
}

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Sluice.Sinks.Http;

/// <summary>The settings that go with a request, and what to do when a server refuses one.</summary>
/// <remarks>
/// A server that does not know a setting refuses the whole request (code 115). Settings of ours are then left out for that server:
/// they make things faster or safer, and whether a server is new enough to be a store is asked when it is opened. Settings
/// of the address and of a question are somebody's wish and stay.
/// </remarks>
internal static partial class HttpSettings
{
    private const int UnknownSetting = 115;

    /// <summary>
    /// For statements that change something: what is acknowledged is stored, here and on other servers, and an insert leaves equal
    /// keys to the merge, which halves its cost.
    /// </summary>
    public static readonly IReadOnlyList<(string Name, string Value)> Writing =
    [
        ("wait_end_of_query", "1"),
        ("async_insert", "0"),
        ("optimize_on_insert", "0"),
        ("max_partitions_per_insert_block", "1000"),
        ("insert_distributed_sync", "1"),
        ("mutations_sync", "2"),
        ("lightweight_deletes_sync", "2"),
        ("final", "1"),
    ];

    /// <summary>
    /// For questions: replaced rows are out of sight, whole numbers of 64 and more bits are JSON strings, times are ISO 8601, and a
    /// query whose reader has gone is stopped.
    /// </summary>
    public static readonly IReadOnlyList<(string Name, string Value)> Reading =
    [
        ("final", "1"),
        ("distributed_product_mode", "global"), // a subquery on a distributed table runs once, not once a shard
        ("do_not_merge_across_partitions_select_final", "1"),
        ("output_format_json_quote_64bit_integers", "1"),
        ("date_time_output_format", "iso"),
        ("http_write_exception_in_output_format", "0"),
        ("cancel_http_readonly_queries_on_client_close", "1"),
    ];

    /// <summary>What an answer says depends on these, so they are never left out for a user who may not send them.</summary>
    private static readonly string[] Meaning = ["final", "output_format_json_quote_64bit_integers", "date_time_output_format"];

    /// <summary>Path and query of a request.</summary>
    public static string PathAndQuery(HttpHost host, HttpStoreAddress address, HttpStatement statement)
    {
        var text = new StringBuilder("/?");
        if (statement.InDatabase) { Append(text, "database", statement.Database ?? address.Database); }
        if (statement.Body is not null) { Append(text, "query", statement.Sql); }
        Append(text, "query_id", statement.QueryId);
        if (statement.Format is { } format) { Append(text, "default_format", format); }
        if (statement.IsCompressed) { Append(text, "enable_http_compression", "1"); }
        foreach (var (name, value) in statement.Settings)
        {
            if (host.Takes(name) && !IsWanted(name, address, statement)) { Append(text, name, value); }
        }

        foreach (var (name, value) in address.Settings)
        {
            if (!statement.Wanted.ContainsKey(name)) { Append(text, name, value); }
        }

        foreach (var (name, value) in statement.Wanted) { Append(text, name, value); }
        foreach (var (name, value) in statement.Parameters) { Append(text, "param_" + name, value); }

        // Last, since older servers apply settings one after the other and take none after this one.
        if (statement.IsReading) { Append(text, "readonly", host.IsReadOnlyUser ? "2" : "1"); }
        text.Length--;
        return text.ToString();
    }

    /// <summary>
    /// True when the same request can be sent again without a setting that the server has just said it does not know. Several requests may
    /// learn it at once.
    /// </summary>
    public static bool CanDoWithout(HttpHost host, HttpStoreAddress address, HttpStatement statement, ClickHouseException refusal)
    {
        if (refusal.Code != UnknownSetting || Unknown().Match(refusal.Message) is not { Success: true } unknown) { return false; }
        var name = unknown.Groups["name"].Value;
        if (!IsOurs(name, address, statement)) { return false; }
        host.LeaveOut(name);
        return true;
    }

    /// <summary>True when a setting that this user may not send can be left out: limits, which are kept here too, and what only helps.</summary>
    public static bool CanLeaveOut(string name, HttpStoreAddress address, HttpStatement statement) =>
        IsOurs(name, address, statement) && !Meaning.Contains(name);

    /// <summary>The setting that a server will not let be changed; null for other errors. The statement's own text may be the reason too.</summary>
    public static string? LockedSetting(ClickHouseException refusal) =>
        refusal.Code == ClickHouseException.ReadOnly && Locked().Match(refusal.Message) is { Success: true } locked ? locked.Groups["name"].Value : null;

    /// <summary>What to do about a user who may not send settings.</summary>
    public static ClickHouseException MayNotSend(string setting, ClickHouseException refusal, HttpStoreAddress address) => new(
        refusal.Code,
        $"User '{address.User}' may not use the setting {setting}: its profile has readonly = 1; readonly = 2 forbids changes too and allows settings. ({refusal.Message})",
        ClickHouseErrorKind.Stop);

    private static bool IsWanted(string name, HttpStoreAddress address, HttpStatement statement) =>
        address.Settings.ContainsKey(name) || statement.Wanted.ContainsKey(name);

    private static bool IsOurs(string name, HttpStoreAddress address, HttpStatement statement) =>
        !IsWanted(name, address, statement) && statement.Settings.Any(s => s.Name == name);

    public static string Whole(double value) => Math.Ceiling(value).ToString("0", CultureInfo.InvariantCulture);

    private static void Append(StringBuilder text, string name, string value) =>
        text.Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value)).Append('&');

    [GeneratedRegex("(?:Unknown setting|Setting) '?(?<name>\\w+)'?", RegexOptions.CultureInvariant)]
    private static partial Regex Unknown();

    // Cannot modify 'x' setting in readonly mode; before 2019: Cannot override setting (x) in readonly mode, Setting 'readonly' cannot be …
    [GeneratedRegex("(?:Cannot modify '(?<name>\\w+)' setting|Cannot override setting \\((?<name>\\w+)\\)|Setting '(?<name>\\w+)' cannot be)", RegexOptions.CultureInvariant)]
    private static partial Regex Locked();
}

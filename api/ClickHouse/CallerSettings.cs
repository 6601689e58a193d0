using System.Collections.Frozen;
using System.Globalization;
using Sluice.Sinks;

namespace Sluice.Api.ClickHouse;

/// <summary>Which of ClickHouse's settings a caller may give, as a server's read-only user may.</summary>
/// <remarks>
/// Passed on: what changes how a result is written or how a statement reads, never a limit or a path. Without effect here: what is about the
/// connection. Everything else is refused with code 164 unless it says what holds anyway, and with 115 when ClickHouse does not know it.
/// </remarks>
internal static class CallerSettings
{
    private const string MaxExecutionTime = "max_execution_time";
    private const int CannotParseNumber = 72;
    private const int UnknownSetting = 115;

    private static readonly FrozenSet<string> WithoutEffect = new[]
    {
        "add_http_cors_header", "async_insert", "buffer_size", "cancel_http_readonly_queries_on_client_close", "client_name", "close_session",
        "http_headers_progress_interval_ms", "http_make_head_request", "http_native_compression_disable_checksumming_on_decompress",
        "http_response_buffer_size", "http_write_exception_in_output_format", "http_zlib_compression_level", "log_comment", "log_queries",
        "network_compression_method", "password", "quota_key", "role", "send_progress_in_http_headers", "session_check", "session_id",
        "session_timeout", "stacktrace", "user", "wait_end_of_query", "wait_for_async_insert",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> PassedOn = new[]
    {
        "allow_experimental_analyzer", "bool_false_representation", "bool_true_representation", "cast_keep_nullable",
        "cast_string_to_dynamic_use_inference", "count_distinct_implementation", "date_time_input_format", "date_time_output_format",
        "describe_compact_output", "distinct_overflow_mode", "enable_analyzer", "extremes", "final", "format_csv_delimiter",
        "format_tsv_null_representation", "group_by_overflow_mode", "group_by_use_nulls", "join_use_nulls", "limit", "max_block_size",
        "max_result_rows", "max_rows_to_group_by", "max_rows_to_read", "offset", "prefer_column_name_to_alias", "result_overflow_mode",
        "session_timezone", "totals_mode", "transform_null_in", "union_default_mode",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Puts a caller's settings into a query, or throws as ClickHouse does.</summary>
    public static async Task<ClickHouseQuery> ApplyAsync(
        ClickHouseQuery query, IReadOnlyDictionary<string, string> given, IClickHouse store, CancellationToken cancellationToken)
    {
        // Times as a ClickHouse server writes them; the store's own connections write ISO 8601 for the api.
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["date_time_output_format"] = "simple" };
        var duration = query.MaxDuration;
        foreach (var (name, value) in given)
        {
            if (name == MaxExecutionTime) { duration = Shorter(duration, value); }
            else if (IsPassedOn(name)) { settings[name] = value; }
            else if (!HasNoEffect(name, value)) { await RequireAsync(name, value, store, cancellationToken); }
        }

        return query with { Settings = settings, MaxDuration = duration };
    }

    /// <summary>All about writing results but output_format_schema, which names a file to write.</summary>
    private static bool IsPassedOn(string name) =>
        PassedOn.Contains(name) || (name.StartsWith("output_format_", StringComparison.Ordinal) && name != "output_format_schema");

    private static bool HasNoEffect(string name, string value) =>
        WithoutEffect.Contains(name) || (name == "readonly" && value is "1" or "2");

    private static TimeSpan? Shorter(TimeSpan? limit, string value)
    {
        if (!double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
        {
            throw new ClickHouseException(
                CannotParseNumber, $"{MaxExecutionTime} takes seconds, not '{value}'. (CANNOT_PARSE_NUMBER)", ClickHouseErrorKind.Reject);
        }

        // 0 is ClickHouse's word for no limit; the port's own stays.
        return seconds > 0 && (limit is null || seconds < limit.Value.TotalSeconds) ? TimeSpan.FromSeconds(seconds) : limit;
    }

    /// <summary>Passes when the setting has this value anyway.</summary>
    private static async Task RequireAsync(string name, string value, IClickHouse store, CancellationToken cancellationToken)
    {
        var answer = await store.QueryAsync(
            new ClickHouseQuery("SELECT value FROM system.settings WHERE name = {name:String}")
            {
                Format = "TSVRaw",
                Parameters = new Dictionary<string, string>(StringComparer.Ordinal) { ["name"] = name },
            },
            cancellationToken);
        if (answer.Bytes.Length == 0)
        {
            throw new ClickHouseException(
                UnknownSetting, $"'{name}' is neither a parameter of the protocol nor a setting of ClickHouse. (UNKNOWN_SETTING)", ClickHouseErrorKind.Reject);
        }

        if (answer.Text.TrimEnd('\n') == value) { return; }
        throw new ClickHouseException(
            ClickHouseException.ReadOnly, $"Cannot modify '{name}' setting in readonly mode. (READONLY)", ClickHouseErrorKind.Reject);
    }
}

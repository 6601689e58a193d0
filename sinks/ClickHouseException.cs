using System.Globalization;

namespace Sluice.Sinks;

/// <summary>What can be done about an error.</summary>
public enum ClickHouseErrorKind
{
    /// <summary>The same statement may work later: memory, too many parts, a time limit, a lost connection.</summary>
    Retry,

    /// <summary>This statement or batch is wrong and stays wrong.</summary>
    Reject,

    /// <summary>Nothing will work until somebody helps: disk full, files damaged, access denied.</summary>
    Stop,
}

/// <summary>ClickHouse refused or failed.</summary>
public sealed class ClickHouseException : Exception
{
    /// <summary>ClickHouse's code of a query that took too long.</summary>
    public const int TimeoutExceeded = 159;

    /// <summary>ClickHouse's code of a result beyond its limit.</summary>
    public const int TooManyRowsOrBytes = 396;

    /// <summary>ClickHouse's code of a statement that would change something where only reading is allowed.</summary>
    public const int ReadOnly = 164;

    private const string OldPrefix = "e.displayText() = ", OldSuffix = ", e.what() = DB::Exception";

    public ClickHouseException(int code, string message, ClickHouseErrorKind kind, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
        Kind = kind;
    }

    /// <summary>ClickHouse's error code, 0 where it gave none.</summary>
    public int Code { get; }

    /// <summary>Whether trying again can help.</summary>
    public ClickHouseErrorKind Kind { get; }

    /// <summary>
    /// Reads ClickHouse's error text: <c>Code: 60. DB::Exception: Unknown table … (UNKNOWN_TABLE) (version …)</c>; before 2020
    /// <c>Code: 60, e.displayText() = DB::Exception: Unknown table …, e.what() = DB::Exception</c>.
    /// </summary>
    public static ClickHouseException Parse(string text)
    {
        var code = 0;
        var message = text.AsSpan().Trim();

        // An error that passed through two layers carries the prefix twice.
        while (message.StartsWith("Code: ", StringComparison.Ordinal))
        {
            var end = message.IndexOfAny('.', ',');
            if (end < 0 || !int.TryParse(message[6..end], NumberStyles.None, CultureInfo.InvariantCulture, out var number)) { break; }
            if (code == 0) { code = number; }
            message = message[(end + 1)..].TrimStart();
            if (message.StartsWith(OldPrefix, StringComparison.Ordinal)) { message = message[OldPrefix.Length..]; }
            if (message.StartsWith("DB::Exception: ", StringComparison.Ordinal)) { message = message[15..]; }
        }

        // The server's version is the server's affair.
        var version = message.LastIndexOf(" (version ", StringComparison.Ordinal);
        if (version > 0 && message[^1] == ')') { message = message[..version]; }
        if (message.EndsWith(OldSuffix, StringComparison.Ordinal)) { message = message[..^OldSuffix.Length]; }

        return new ClickHouseException(code, message.ToString().ReplaceLineEndings(" "), KindOf(code));
    }

    /// <summary>Kind of a code. Source: ClickHouse, src/Common/ErrorCodes.cpp.</summary>
    public static ClickHouseErrorKind KindOf(int code) => code switch
    {
        TimeoutExceeded or 160 // TOO_SLOW
            or 202 or 203 // TOO_MANY_SIMULTANEOUS_QUERIES, NO_FREE_CONNECTION
            or 209 or 210 // SOCKET_TIMEOUT, NETWORK_ERROR
            or 241 or 252 // MEMORY_LIMIT_EXCEEDED, TOO_MANY_PARTS
            or 225 or 242 or 254 or 285 or 286 // NO_ZOOKEEPER, TABLE_IS_READ_ONLY, NO_ACTIVE_REPLICAS, TOO_FEW_LIVE_REPLICAS,
                                               // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE: while a replica or the keeper restarts
            or 236 or 733 or 745 // ABORTED, TABLE_IS_BEING_RESTARTED, SERVER_OVERLOADED
            or 279 or 319 // ALL_CONNECTION_TRIES_FAILED, UNKNOWN_STATUS_OF_INSERT
            or 394 or 439 // QUERY_WAS_CANCELLED, CANNOT_SCHEDULE_TASK
            or 473 or 999 // DEADLOCK_AVOIDED, KEEPER_EXCEPTION
            => ClickHouseErrorKind.Retry,
        0 or 40 or 49 or 246 // no code, CHECKSUM_DOESNT_MATCH, LOGICAL_ERROR, CORRUPTED_DATA
            or 74 or 75 or 76 // CANNOT_READ_FROM_FILE_DESCRIPTOR, CANNOT_WRITE_TO_FILE_DESCRIPTOR, CANNOT_OPEN_FILE
            or 243 or 481 // NOT_ENOUGH_SPACE, PATH_ACCESS_DENIED
            or 192 or 193 or 194 or 497 or 516 // user, password, access
            => ClickHouseErrorKind.Stop,
        _ => ClickHouseErrorKind.Reject,
    };
}

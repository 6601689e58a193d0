using System.Collections.Concurrent;

namespace Sluice.Sinks.Http;

/// <summary>One server, and what has been learnt about it. Safe for concurrent use.</summary>
internal sealed class HttpHost(string address)
{
    private readonly ConcurrentDictionary<string, bool> _leftOut = new(StringComparer.Ordinal);

    /// <summary>Scheme, host and port, as in <c>http://localhost:8123</c>.</summary>
    public string Address { get; } = address;

    /// <summary>True when the user's own profile has readonly = 2, which may not be changed to 1, only be repeated.</summary>
    public bool IsReadOnlyUser { get; set; }

    /// <summary>Failures in a row.</summary>
    public int Failures { get; set; }

    /// <summary>Timestamp until which the host is set aside; 0 when it is not.</summary>
    public long SetAsideUntil { get; set; }

    /// <summary>False for settings that the server does not know, or that the user may not send.</summary>
    public bool Takes(string setting) => !_leftOut.ContainsKey(setting);

    /// <summary>Sends a setting no more.</summary>
    public void LeaveOut(string setting) => _leftOut[setting] = true;
}

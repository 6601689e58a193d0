using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace Sluice.Api;

/// <summary>What can be set about the api.</summary>
public sealed class ApiOptions
{
    /// <summary>TCP port; 0 lets the system choose one.</summary>
    [Range(0, 65_535)] public int Port { get; init; } = 8080;

    /// <summary>Address that it listens on. Beyond loopback whoever reaches it may read everything: put a proxy before it that asks who they are.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Names and addresses beside this machine's own by which requests may come (their Host header), such as a service's name.</summary>
    public IReadOnlySet<string> Hosts { get; init; } = new HashSet<string>();

    /// <summary>Time that one statement may take in the store.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")] public TimeSpan QueryTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time that a request may take beyond that: waiting for a connection, a second statement, sending.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")] public TimeSpan RequestAllowance { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Rows that one statement of <c>POST /query</c> may return; a larger result is an error, never cut short.</summary>
    [Range(1, 1_000_000_000)] public long MaxQueryRows { get; init; } = 1_000_000;

    /// <summary>Requests that may wait for the store or be served by it at a time; more are turned away with 503.</summary>
    [Range(1, 100_000)] public int MaxRequestsInStore { get; init; } = 256;

    /// <summary>Requests a second from one address, with a burst of the same number; 0 sets no limit.</summary>
    [Range(0, 1_000_000)] public int RequestsPerSecond { get; init; }

    /// <summary>For how long an answer may be behind the store. Cached answers live until the store changes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")] public TimeSpan CacheFreshness { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Memory for cached answers, MiB.</summary>
    [Range(0, 16_384)] public int CacheMegabytes { get; init; } = 64;

    /// <summary>Throws <see cref="OptionsValidationException"/> naming every value that is out of its range.</summary>
    internal void Validate()
    {
        var result = new ApiOptionsValidator().Validate(Options.DefaultName, this);
        if (result.Failed) { throw new OptionsValidationException(nameof(ApiOptions), typeof(ApiOptions), result.Failures); }
    }
}

[OptionsValidator]
internal sealed partial class ApiOptionsValidator : IValidateOptions<ApiOptions>;

using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Sluice.Cli.Roles;

/// <summary>The log of a role on standard error, one line each: time, level, message.</summary>
/// <param name="least">Least level that is shown.</param>
internal sealed partial class RoleLog(LogLevel least) : ILogger
{
    /// <summary>Warnings and errors, or with <c>--verbose</c> also what goes as it should: partitions, topics, restored state.</summary>
    public static RoleLog For(bool isVerbose) => new(isVerbose ? LogLevel.Debug : LogLevel.Warning);

    [LoggerMessage(EventId = 4401, Level = LogLevel.Warning, Message = "Formats: {Message}")]
    public static partial void Format(ILogger log, string message);

    [LoggerMessage(EventId = 4402, Level = LogLevel.Warning, Message = "The live feed waits for the cluster: {Reason}")]
    public static partial void FeedWaits(ILogger log, string reason);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel)) { return; }
        var message = formatter(state, exception);
        if (exception is not null) { message = $"{message}: {exception.Message}"; }
        var time = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        Console.Error.WriteLine($"{time} {NameOf(logLevel)} {message.ReplaceLineEndings(" ")}");
    }

    private static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Critical or LogLevel.Error => "error",
        LogLevel.Warning => "warning",
        LogLevel.Information => "info",
        _ => "debug",
    };
}

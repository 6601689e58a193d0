using Sluice.Api.Feed;
using Sluice.Api.Status;

namespace Sluice.Api;

/// <summary>What a process that follows a chain can show beside its store.</summary>
/// <param name="Feed">Its findings as they come; null where there is none.</param>
/// <param name="Status">How it stands; null where nobody tells.</param>
public sealed record LiveServices(LiveFeed? Feed, ILiveStatusSource? Status)
{
    /// <summary>Of a process that only serves.</summary>
    public static readonly LiveServices None = new(null, null);
}

namespace Sluice.Api.Status;

/// <summary>Tells how a process that follows a chain stands. Safe for concurrent use, quick, and never throws.</summary>
public interface ILiveStatusSource
{
    LiveStatus Read();
}

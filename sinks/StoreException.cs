namespace Sluice.Sinks;

/// <summary>A store cannot be opened or kept. The message is one line for a person and says what to do.</summary>
public sealed class StoreException : Exception
{
    public StoreException(string message)
        : base(message)
    {
    }

    public StoreException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

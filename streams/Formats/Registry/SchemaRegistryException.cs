namespace Sluice.Streams.Formats.Registry;

/// <summary>What kept the schema registry from doing what it was asked.</summary>
public enum RegistryFault
{
    /// <summary>It does not answer, or answers that it cannot at the moment. Asking again may help.</summary>
    Unreachable,

    /// <summary>It does not accept who asks.</summary>
    Unauthorized,

    /// <summary>It holds a schema that the new one is not compatible with.</summary>
    Incompatible,

    /// <summary>It refuses the schema or the request for another reason, or it is no schema registry.</summary>
    Refused,
}

/// <summary>The schema registry did not do what it was asked. The message is one line that names its address, never credentials, and what to do.</summary>
public sealed class SchemaRegistryException : Exception
{
    private SchemaRegistryException(RegistryFault fault, int code, string message, Exception? cause = null)
        : base(message, cause)
    {
        Fault = fault;
        Code = code;
    }

    public RegistryFault Fault { get; }

    /// <summary>The registry's error code, such as 42201, or the HTTP status where it gave none; 0 where it did not answer.</summary>
    public int Code { get; }

    internal static SchemaRegistryException Unreachable(string address, string reason, int code, Exception? cause) => new(
        RegistryFault.Unreachable, code, $"the schema registry at {address} does not answer ({OneLine(reason)}); start it, or correct --schema-registry", cause);

    internal static SchemaRegistryException Unauthorized(string address, int code, bool hasUser) => new(
        RegistryFault.Unauthorized,
        code,
        $"the schema registry at {address} refuses {(hasUser ? "the user or the password" : "requests without a user")} ({code}); "
        + "set SLUICE_SCHEMA_REGISTRY_USER and SLUICE_SCHEMA_REGISTRY_PASSWORD, or write them into --schema-registry");

    internal static SchemaRegistryException Incompatible(string address, string subject, string reason) => new(
        RegistryFault.Incompatible,
        409,
        $"the schema registry at {address} holds a schema under {subject} that this version's is not compatible with ({OneLine(reason)}); "
        + "update the programs that wrote it, or use another --topic-prefix");

    internal static SchemaRegistryException Refused(string address, int code, string what, string reason) => new(
        RegistryFault.Refused, code, $"the schema registry at {address} refuses {what} ({code}: {OneLine(reason)})");

    internal static SchemaRegistryException NoRegistry(string address, int code, string reason) => new(
        RegistryFault.Refused, code, $"what answers at {address} is no schema registry ({OneLine(reason)}); correct --schema-registry");

    private static string OneLine(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= 600 ? line : line[..600] + "…";
    }
}

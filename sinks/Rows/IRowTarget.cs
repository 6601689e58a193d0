using Sluice.Schemas.Records;

namespace Sluice.Sinks.Rows;

/// <summary>Takes rows of any table; implemented by small structs, so that no row costs an allocation.</summary>
public interface IRowTarget
{
    /// <summary>Appends a row to the table of its type.</summary>
    void Append<T>(in T row)
        where T : struct, IRecord;
}

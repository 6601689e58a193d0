namespace Sluice.Schemas.Records;

/// <summary>A record generated from a schema. Records are structs whose lists are kept for the next use.</summary>
public interface IRecord
{
    /// <summary>Sets every field to its default and empties the lists without giving up their buffers.</summary>
    void Reset();
}

using System.Text.Json;
using Sluice.Schemas.Chain;

namespace Sluice.Ingest.Validators;

/// <summary>Who leads when in an epoch: the answer to getLeaderSchedule.</summary>
internal sealed class LeaderSlots
{
    private readonly Dictionary<Pubkey, int[]> _byIdentity = [];

    public static LeaderSlots? Read(JsonElement result)
    {
        if (result.ValueKind != JsonValueKind.Object) { return null; }
        var slots = new LeaderSlots();
        foreach (var leader in result.EnumerateObject())
        {
            if (!Pubkey.TryParse(leader.Name, out var identity) || leader.Value.ValueKind != JsonValueKind.Array) { continue; }
            var indexes = new List<int>(leader.Value.GetArrayLength());
            foreach (var item in leader.Value.EnumerateArray())
            {
                if (item.TryGetInt32(out var index)) { indexes.Add(index); }
            }

            indexes.Sort();
            slots._byIdentity[identity] = [.. indexes];
        }

        return slots;
    }

    /// <summary>Slots of a leader in the epoch, and those of them up to an index; none for one who never leads.</summary>
    /// <param name="identity">The leader.</param>
    /// <param name="index">Place in the epoch, from 0, inclusive.</param>
    public (int All, int SoFar) Of(in Pubkey identity, ulong index)
    {
        if (!_byIdentity.TryGetValue(identity, out var slots)) { return (0, 0); }
        var soFar = Array.BinarySearch(slots, (int)Math.Min(index, int.MaxValue));
        return (slots.Length, soFar < 0 ? ~soFar : soFar + 1);
    }
}

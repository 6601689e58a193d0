using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sluice.Api.Contracts;
using Sluice.Api.Queries;

namespace Sluice.Api.Endpoints;

/// <summary>Slots.</summary>
internal static class SlotEndpoints
{
    public static void MapSlots(this RouteGroupBuilder group) =>
        group.MapGet("/slots/{slot}", GetSlot).WithTags("Slots").WithName(nameof(GetSlot))
            .ProducesProblem(StatusCodes.Status404NotFound);

    /// <summary>Returns what is known of one slot: its block with counts, fees, tips and checks, or the proof that it was skipped.</summary>
    /// <param name="slot" example="254170887">Slot number.</param>
    /// <param name="queries">Reads slots.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<Results<Ok<Slot>, ProblemHttpResult>> GetSlot(
        string slot, SlotQueries queries, CancellationToken cancellationToken)
    {
        if (!ulong.TryParse(slot, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > long.MaxValue)
        {
            return Problems.InvalidParameter("slot", slot, "a slot number, 0 or more");
        }

        return await queries.FindAsync(number, cancellationToken) is { } found
            ? TypedResults.Ok(found)
            : Problems.NotFound($"Slot {slot} is not in the store, and no stored block proves that it was skipped.");
    }
}

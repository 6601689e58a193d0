using System.Text.Json;
using Sluice.Schemas.Chain;

namespace Sluice.Ingest.Validators;

/// <summary>One validator of the answer to getVoteAccounts.</summary>
/// <param name="Vote">Vote account.</param>
/// <param name="Identity">The node's key.</param>
/// <param name="Stake">Active stake, lamports.</param>
/// <param name="IsDelinquent">Which of the two lists it stands in.</param>
/// <param name="Commission">Percent.</param>
/// <param name="CommissionBps">Hundredths of a percent; Agave tells them as inflationRewardsCommissionBps since pull request 11221.</param>
/// <param name="LastVote">Newest slot voted for.</param>
/// <param name="Root">Newest slot that is final for it.</param>
/// <param name="Credits">Epoch, credits at its end, credits at its begin; ascending.</param>
internal sealed record VoteAccount(
    Pubkey Vote, Pubkey Identity, ulong? Stake, bool? IsDelinquent, int? Commission, int? CommissionBps, long? LastVote, long? Root,
    (long Epoch, long Credits, long Previous)[] Credits)
{
    /// <summary>All validators of an answer; one without its two keys is left out.</summary>
    public static List<VoteAccount>? ReadAll(JsonElement result)
    {
        if (result.ValueKind != JsonValueKind.Object) { return null; }
        var all = new List<VoteAccount>();
        foreach (var (list, isDelinquent) in new[] { ("current", false), ("delinquent", true) })
        {
            foreach (var item in result.Field(list).Items())
            {
                if (item.Key("votePubkey") is { } vote && item.Key("nodePubkey") is { } identity) { all.Add(Read(item, vote, identity, isDelinquent)); }
            }
        }

        return all;
    }

    private static VoteAccount Read(JsonElement item, Pubkey vote, Pubkey identity, bool isDelinquent)
    {
        var credits = new List<(long Epoch, long Credits, long Previous)>();
        foreach (var epoch in item.Field("epochCredits").Items())
        {
            if (epoch.ValueKind == JsonValueKind.Array && epoch.GetArrayLength() >= 3
                && epoch[0].TryGetInt64(out var number) && epoch[1].TryGetInt64(out var after) && epoch[2].TryGetInt64(out var before))
            {
                credits.Add((number, after, before));
            }
        }

        credits.Sort(static (a, b) => a.Epoch.CompareTo(b.Epoch));
        return new VoteAccount(
            vote, identity, item.Number("activatedStake"), isDelinquent, item.Int("commission"), item.Int("inflationRewardsCommissionBps"), item.Long("lastVote"),
            item.Long("rootSlot"), [.. credits]);
    }
}

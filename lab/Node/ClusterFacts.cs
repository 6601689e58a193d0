using System.Globalization;
using Sluice.Lab.Chain;
using Sluice.Lab.Cluster;
using Sluice.Schemas.Chain;

namespace Sluice.Lab.Node;

/// <summary>What a node tells about one validator that never changes.</summary>
/// <param name="Validator">The validator.</param>
/// <param name="Identity">Base58 text of its identity.</param>
/// <param name="Vote">Base58 text of its vote account.</param>
/// <param name="Address">IP address in gossip, from the range for benchmarks (RFC 2544), which nobody has.</param>
internal sealed record ValidatorFacts(Validator Validator, string Identity, string Vote, string Address);

/// <summary>Texts about the cluster that are made once, so that answers need nothing of the running simulation.</summary>
internal sealed class ClusterFacts
{
    private readonly Dictionary<string, ValidatorFacts> _byIdentity = new(StringComparer.Ordinal);

    public ClusterFacts(Simulator simulator)
    {
        var accounts = simulator.World.Accounts;
        var all = simulator.Cluster.Validators.All;
        All = new ValidatorFacts[all.Length];
        for (var i = 0; i < all.Length; i++)
        {
            All[i] = new ValidatorFacts(
                all[i],
                accounts[all[i].Identity].Key.ToString(),
                accounts[all[i].VoteAccount].Key.ToString(),
                string.Create(CultureInfo.InvariantCulture, $"198.18.{(i / 250) + 1}.{(i % 250) + 1}"));
            _byIdentity.Add(All[i].Identity, All[i]);
        }

        Genesis = new Prng(simulator.Options.Seed, stream: 6).Key();
        Identity = new Prng(simulator.Options.Seed, stream: 7).Key();
    }

    /// <summary>By the validator's number.</summary>
    public ValidatorFacts[] All { get; }

    /// <summary>Hash of the simulated genesis: another seed is another cluster.</summary>
    public Pubkey Genesis { get; }

    /// <summary>The serving node's own key.</summary>
    public Pubkey Identity { get; }

    public ValidatorFacts? OfIdentity(string identity) => _byIdentity.GetValueOrDefault(identity);
}

using System.CommandLine;
using Sluice.Lab;
using Sluice.Lab.Cluster;

namespace Sluice.Cli.Commands;

/// <summary>Arguments of <c>sluice simulate</c> that change the chain; what is not given stays as the preset has it.</summary>
internal sealed class ChainArguments
{
    private readonly Option<int?> _votes = Number("--votes", "Vote transactions of a block, on average.", 0, 100_000);
    private readonly Option<int?> _others = Number("--non-votes", "Other transactions of a block, on average.", 0, 100_000);
    private readonly Option<int?> _skipped = Number("--skipped", "Slots without a block, in thousandths.", 0, 1_000);
    private readonly Option<int?> _epochSlots = Number(
        "--epoch-slots", "Slots of an epoch, a multiple of 4; 432000 by default, fewer bring epoch boundaries into short runs.", 32, 432_000);

    public ChainArguments() => _epochSlots.Validators.Add(r =>
    {
        if (r.GetValueOrDefault<int?>() % 4 > 0) { r.AddError("--epoch-slots takes a multiple of 4, the slots of a leader's turn."); }
    });

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_votes, _others, _skipped, _epochSlots]) { command.Options.Add(option); }
    }

    /// <summary>The preset with what was given.</summary>
    public SimulatorOptions Apply(ParseResult parsed, SimulatorOptions preset) => preset with
    {
        VotesPerBlock = parsed.GetValue(_votes) ?? preset.VotesPerBlock,
        NonVotesPerBlock = parsed.GetValue(_others) ?? preset.NonVotesPerBlock,
        SkippedPerMille = parsed.GetValue(_skipped) ?? preset.SkippedPerMille,
        Cluster = parsed.GetValue(_epochSlots) is { } slots ? new ClusterOptions { EpochSlots = (ulong)slots } : preset.Cluster,
    };

    private static Option<int?> Number(string name, string description, int least, int most)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = "N" };
        option.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int?>() is { } given && (given < least || given > most)) { r.AddError($"{name} takes {least} to {most}."); }
        });
        return option;
    }
}

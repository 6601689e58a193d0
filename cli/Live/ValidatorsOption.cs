using System.CommandLine;

namespace Sluice.Cli.Live;

/// <summary><c>--validators-every MINUTES</c>: how often nodes are asked about validators.</summary>
internal static class ValidatorsOption
{
    public static Option<double> Create()
    {
        var option = new Option<double>("--validators-every")
        {
            Description = "Minutes between two observations of all validators, which are made at the start and when an epoch begins too; 0 makes none.",
            HelpName = "MINUTES",
            DefaultValueFactory = _ => 5,
        };
        option.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<double>() is not (0 or (>= 0.01 and <= 10_000))) { r.AddError("--validators-every takes 0, or 0.01 to 10000 minutes."); }
        });
        return option;
    }
}

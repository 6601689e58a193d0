using System.CommandLine;
using Sluice.Cli.Roles.Http;

namespace Sluice.Cli.Roles;

/// <summary>The options of every role that runs until it is ended.</summary>
internal sealed class RoleOptions
{
    private readonly Option<string> _http = HttpAddress.CreateOption();
    private readonly Option<bool> _verbose = VerboseOption();

    private RoleOptions()
    {
    }

    public static RoleOptions AddTo(Command command)
    {
        var options = new RoleOptions();
        command.Options.Add(options._http);
        command.Options.Add(options._verbose);
        return options;
    }

    public static Option<bool> VerboseOption() => new("--verbose") { Description = "Also log what goes as it should: partitions, topics, restored state." };

    public HttpAddress Http(ParseResult parsed) =>
        HttpAddress.Parse(parsed.GetRequiredValue(_http))! with { MayMove = parsed.GetResult(_http) is not { Implicit: false } };

    public RoleHost Host(ParseResult parsed) => new(parsed.GetValue(_verbose));
}

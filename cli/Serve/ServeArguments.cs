using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Sluice.Cli.Roles.Http;
using Sluice.Lab;
using Sluice.Lab.Node;

namespace Sluice.Cli.Serve;

/// <summary>The arguments of <c>sluice simulate --serve</c>.</summary>
internal sealed class ServeArguments
{
    private const string Default = "127.0.0.1:8899";

    private readonly Option<string?> _serve = new("--serve")
    {
        Description = $"Serves the chain as a Solana node instead of writing files: JSON-RPC over HTTP, notices over WebSocket on the same port and the next one. {Default} when no address is given.",
        HelpName = "HOST:PORT",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<int> _slotMs = new("--slot-ms") { Description = "With --serve: milliseconds of a slot.", DefaultValueFactory = _ => 400 };
    private readonly Option<double> _speed = new("--speed") { Description = "With --serve: how many times faster than --slot-ms says slots go by.", DefaultValueFactory = _ => 1 };
    private readonly Option<int?> _grpcPort = new("--grpc-port") { Description = "With --serve: port on which blocks are streamed by Yellowstone gRPC as well, without TLS. None by default.", HelpName = "PORT" };
    private readonly Option<int?> _rateLimit = new("--rate-limit") { Description = "With --serve: requests a second that are answered; more get status 429. No limit by default.", HelpName = "N" };
    private readonly Option<int> _keep = new("--keep") { Description = "With --serve: slots whose blocks are kept, as long as they take less than --keep-mib says.", HelpName = "SLOTS", DefaultValueFactory = _ => 512 };
    private readonly Option<int> _keepMib = new("--keep-mib") { Description = "With --serve: MiB that kept blocks take at most; the newest 64 are kept whatever they take.", HelpName = "MIB", DefaultValueFactory = _ => 1_024 };
    private readonly Option<string[]> _faults = FaultArgument.CreateOption();
    private readonly Option<ulong> _faultSeed = new("--fault-seed") { Description = "With --serve: seed of the faults.", DefaultValueFactory = _ => 1 };

    public ServeArguments()
    {
        _serve.Validators.Add(r =>
        {
            if (r.Tokens.Count > 0 && Parse(r.Tokens[0].Value) is null) { r.AddError("--serve takes HOST:PORT, HOST or PORT, with an address of this machine (127.0.0.1:8899, 0.0.0.0:8899)."); }
        });
        Bound(_slotMs, 1, 60_000);
        Bound(_keep, 96, 1_000_000);
        Bound(_keepMib, 1, 1_000_000);
        _speed.Validators.Add(r =>
        {
            if (!(r.GetValueOrDefault<double>() is >= 0.01 and <= 1_000)) { r.AddError("--speed takes 0.01 to 1000."); }
        });
        _grpcPort.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int?>() is < 1 or > 65_535) { r.AddError("--grpc-port takes 1 to 65535."); }
        });
        _rateLimit.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int?>() is < 1 or > 1_000_000) { r.AddError("--rate-limit takes 1 to 1000000."); }
        });
    }

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_serve, _slotMs, _speed, _grpcPort, _rateLimit, _keep, _keepMib, _faults, _faultSeed]) { command.Options.Add(option); }
    }

    /// <summary>Whether the chain is to be served.</summary>
    public bool IsAsked(ParseResult parsed) => parsed.GetResult(_serve) is not null;

    /// <summary>The same while arguments are checked.</summary>
    public bool IsAsked(SymbolResult parsed) => parsed.GetResult(_serve) is not null;

    public ServeOptions Read(ParseResult parsed, SimulatorOptions simulation)
    {
        var given = parsed.GetResult(_serve)!.Tokens;
        FaultArgument.TryParse(parsed.GetValue(_faults) ?? [], parsed.GetValue(_faultSeed), out var faults);
        return new ServeOptions
        {
            At = Parse(given.Count > 0 ? given[0].Value : Default)!,
            GrpcPort = parsed.GetValue(_grpcPort),
            Simulation = simulation,
            SlotTime = TimeSpan.FromMilliseconds(parsed.GetValue(_slotMs) / parsed.GetValue(_speed)),
            Node = new NodeOptions { KeepSlots = parsed.GetValue(_keep), KeepBytes = (long)parsed.GetValue(_keepMib) << 20, RequestsPerSecond = parsed.GetValue(_rateLimit), Faults = faults },
        };
    }

    /// <summary>An address; a port alone is on this machine, a host alone has the port of a validator. Null for what is neither.</summary>
    internal static IPEndPoint? Parse(string text) =>
        ushort.TryParse(text, out var port) ? new IPEndPoint(IPAddress.Loopback, port)
        : HttpAddress.Parse(text)?.EndPoint ?? HttpAddress.Parse(text + ":8899")?.EndPoint;

    private static void Bound(Option<int> option, int least, int most) => option.Validators.Add(r =>
    {
        if (r.GetValueOrDefault<int>() < least || r.GetValueOrDefault<int>() > most) { r.AddError($"{option.Name} takes {least} to {most}."); }
    });
}

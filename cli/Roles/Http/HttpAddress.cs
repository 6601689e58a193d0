using System.CommandLine;
using System.Net;

namespace Sluice.Cli.Roles.Http;

/// <summary>Where a role serves its health and metrics, or nowhere.</summary>
/// <param name="EndPoint">Address and port; port 0 lets the system choose one. Null for off.</param>
internal sealed record HttpAddress(IPEndPoint? EndPoint)
{
    /// <summary>Whether another port will do when this one is in use: nobody asked for it.</summary>
    public bool MayMove { get; init; }

    private const string Default = "127.0.0.1:9464", Off = "off";

    public static Option<string> CreateOption()
    {
        var option = new Option<string>("--http")
        {
            Description = "Address that serves /metrics, /health and /stores; port 0 lets the system choose one; off serves none.",
            HelpName = "HOST:PORT|off",
            DefaultValueFactory = _ => Default,
        };
        option.Validators.Add(r =>
        {
            if (Parse(r.GetValueOrDefault<string>() ?? "") is null) { r.AddError("--http takes HOST:PORT with an address of this machine (127.0.0.1:9464, 0.0.0.0:9464, [::]:9464), or off."); }
        });
        return option;
    }

    /// <summary>Null for what is no address. Names are not looked up, but for localhost.</summary>
    public static HttpAddress? Parse(string text)
    {
        if (text == Off) { return new HttpAddress((IPEndPoint?)null); }
        var colon = text.LastIndexOf(':');
        if (colon <= 0) { return null; }
        var host = text[..colon] == "localhost" ? "127.0.0.1" : text[..colon];
        return IPAddress.TryParse(host, out var address) && ushort.TryParse(text[(colon + 1)..], out var port) ? new HttpAddress(new IPEndPoint(address, port)) : null;
    }
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.Schemas.Chain;

namespace Sluice.Ingest.Decoding.Catalog;

/// <summary>Every program that the decoder knows, read from <c>ingest/Venues/*.json</c>, which are embedded in the assembly.</summary>
/// <remarks>Immutable; one instance serves any number of decoders.</remarks>
public sealed class ProgramCatalog
{
    /// <summary>First bytes of an inner instruction by which an Anchor program hands an event to itself.</summary>
    internal static readonly byte[] CpiEventMark = Convert.FromHexString("e445a52e51cb9a1d");

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    private static readonly Lazy<ProgramCatalog> Shared = new(() => new ProgramCatalog(EmbeddedFiles()));

    /// <summary>The catalogue of the embedded files.</summary>
    public static ProgramCatalog Default => Shared.Value;

    /// <summary>Entries; the first stands for every unknown program.</summary>
    internal ProgramEntry[] Entries { get; }

    /// <summary>The files as they were read, for tests that demand a fixture of each.</summary>
    internal IReadOnlyList<VenueFile> Files { get; }

    /// <summary>Reads the files. Throws <see cref="InvalidDataException"/> naming the file when one is wrong or claims a taken program id.</summary>
    /// <param name="files">File name and JSON text.</param>
    internal ProgramCatalog(IEnumerable<(string FileName, string Json)> files)
    {
        var entries = new List<ProgramEntry>
        {
            new()
            {
                Id = default,
                Name = "",
                Kind = ProgramKind.Unknown,
                Swaps = DiscriminatorTable<SwapLayout>.Empty,
                Marks = DiscriminatorTable<MarkLayout>.Empty,
                Events = [],
                Routes = DiscriminatorTable<RouteLayout>.Empty,
            },
        };
        var claims = new Dictionary<Pubkey, string>();
        var read = new List<VenueFile>();
        foreach (var (fileName, json) in files.OrderBy(f => f.FileName, StringComparer.Ordinal))
        {
            var file = Read(fileName, json);
            read.Add(file);
            foreach (var program in file.Programs)
            {
                if (!Pubkey.TryParse(program, out Pubkey id)) { throw Wrong(fileName, $"'{program}' is not a program id"); }
                if (!claims.TryAdd(id, fileName)) { throw Wrong(fileName, $"program {program} is already claimed by {claims[id]}"); }
                entries.Add(EntryOf(fileName, file, id, program));
            }
        }

        if (entries.Count > ushort.MaxValue) { throw new InvalidDataException("more venues than a 16-bit index can name"); }
        Entries = [.. entries];
        Files = read;
    }

    /// <summary>Name of a known program, or null.</summary>
    public string? NameOf(in Pubkey program)
    {
        for (var i = 1; i < Entries.Length; i++)
        {
            if (Entries[i].Id == program) { return Entries[i].Name; }
        }

        return null;
    }

    /// <summary>The embedded files, by name.</summary>
    internal static IEnumerable<(string FileName, string Json)> EmbeddedFiles()
    {
        var assembly = typeof(ProgramCatalog).Assembly;
        foreach (var name in assembly.GetManifestResourceNames())
        {
            if (!name.StartsWith("Venues/", StringComparison.Ordinal)) { continue; }
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return (name["Venues/".Length..], reader.ReadToEnd());
        }
    }

    private static VenueFile Read(string fileName, string json)
    {
        VenueFile file;
        try
        {
            file = JsonSerializer.Deserialize<VenueFile>(json, Json) ?? throw Wrong(fileName, "empty");
        }
        catch (JsonException e)
        {
            throw Wrong(fileName, e.Message);
        }

        if (file.Name + ".json" != fileName) { throw Wrong(fileName, $"is named for '{file.Name}'"); }
        if (file.Programs.Length == 0) { throw Wrong(fileName, "names no program"); }
        if (file.Kind == ProgramKind.Unknown) { throw Wrong(fileName, "kind unknown is what no file says"); }
        if (file.Routes.Length > 0 && file.Kind != ProgramKind.Aggregator) { throw Wrong(fileName, $"a {file.Kind} takes no routes"); }
        if (file.Swaps.Length > 0 && file.Kind < ProgramKind.Amm) { throw Wrong(fileName, $"a {file.Kind} has no swaps"); }
        return file;
    }

    private static ProgramEntry EntryOf(string fileName, VenueFile file, Pubkey id, string program) => new()
    {
        Id = id,
        Name = file.Name,
        Kind = file.Kind,
        ValidFromSlot = file.ValidFromSlot,
        BuiltinUntilSlot = file.BuiltinUntilSlot,
        GenericPool = file.GenericPool ?? ProgramEntry.NoIndex,
        GenericUser = file.GenericUser ?? ProgramEntry.NoIndex,
        GenericPoolIsVaultOwner = file.GenericPoolIsVaultOwner,
        VaultsAreNoReserves = file.SharedVaults || file.Kind == ProgramKind.Clob,
        IsToken2022 = program == WellKnown.Token2022Text,
        Swaps = Table(fileName, file.Swaps.Select(s => (s.Data, LayoutOf(fileName, s)))),
        Marks = Table(fileName, file.Marks.Select(m => (m.Data, new MarkLayout { Means = m.Means }))),
        Routes = Table(fileName, file.Routes.Select(r => (r.Data, RouteOf(fileName, r)))),
        Events = [.. file.Events.Select(e => EventOf(fileName, e))],
        Lending = LendingCatalog.Of(file, text => Hex(fileName, text)),
        HasLogEvents = file.Events.Any(e => e.Transport != EventTransport.Cpi),
    };

    private static DiscriminatorTable<T> Table<T>(string fileName, IEnumerable<(string Data, T Value)> entries)
        where T : class
    {
        var list = entries.Select(e => (Prefix: Hex(fileName, e.Data), e.Value)).ToList();
        if (list.Select(e => Convert.ToHexString(e.Prefix)).Distinct().Count() != list.Count)
        {
            throw Wrong(fileName, "two instructions begin with the same bytes");
        }

        return list.Count == 0 ? DiscriminatorTable<T>.Empty : new(list);
    }

    private static RouteLayout RouteOf(string fileName, RouteFile route) => route.PlatformFeeBytes is 1 or 2
        ? new(route, route.Data.Length / 2)
        : throw Wrong(fileName, $"{route.Name}: a platform's fee has one byte or two");

    private static SwapLayout LayoutOf(string fileName, SwapFile swap)
    {
        if (swap.VaultRange.Length is not (0 or 2)) { throw Wrong(fileName, $"{swap.Name}: a vault range has a first and a last index"); }
        var code = swap.Code switch
        {
            null => SwapCode.None,
            "serumOrder" => SwapCode.SerumOrder,
            "movements" => SwapCode.Movements,
            _ => throw Wrong(fileName, $"{swap.Name}: no code is called '{swap.Code}'"),
        };
        LegLayout[] legs = code == SwapCode.Movements ? [Leg(swap.Pool ?? ProgramEntry.NoIndex, [], [0, -1])]
            : swap.Legs.Length > 0
            ? [.. swap.Legs.Select(l => Leg(l.Pool, l.Vaults, []))]
            : [Leg(swap.Pool ?? throw Wrong(fileName, $"{swap.Name} names neither pool nor legs"), swap.Vaults, swap.VaultRange)];
        if (legs.Any(l => l.Vaults.Length > MaxVaults)) { throw Wrong(fileName, $"{swap.Name}: more than {MaxVaults} vaults"); }

        var native = swap.Native ?? ProgramEntry.NoIndex;
        if (swap.Limit?.Problem() is { } problem) { throw Wrong(fileName, $"{swap.Name}: {problem}"); }
        return new()
        {
            Name = swap.Name,
            Legs = legs,
            Native = native,
            MinAccounts = swap.MinAccounts,
            Code = code,
            ArgumentsAt = swap.Data.Length / 2,
            Limit = swap.Limit,
        };

        LegLayout Leg(int pool, int[] vaults, int[] range)
        {
            if (vaults.Length == 0 && range.Length == 0) { throw Wrong(fileName, $"{swap.Name} names no vaults"); }
            return new()
            {
                Pool = pool,
                Vaults = vaults,
                RangeFirst = range.Length == 2 ? range[0] : 0,
                RangeLast = range.Length == 2 ? range[1] : 0,
                Ignore = swap.Ignore,
            };
        }
    }

    /// <summary>Most vaults that one leg may name.</summary>
    internal const int MaxVaults = 8;

    private static EventLayout EventOf(string fileName, EventFile file)
    {
        var data = Hex(fileName, file.Data);
        if (file.Fee?.Problem() is { } problem) { throw Wrong(fileName, $"{file.Name}: {problem}"); }
        return new()
        {
            Transport = file.Transport,
            Prefix = file.Transport == EventTransport.Cpi ? [.. CpiEventMark, .. data] : data,
            MinLength = file.MinLength,
            Pool = file.Pool ?? ProgramEntry.NoIndex,
            NativeAmount = file.NativeAmount ?? ProgramEntry.NoIndex,
            SqrtPrice = file.SqrtPrice ?? ProgramEntry.NoIndex,
            SqrtPriceBefore = file.SqrtPriceBefore ?? ProgramEntry.NoIndex,
            Liquidity = file.Liquidity ?? ProgramEntry.NoIndex,
            TickBefore = file.TickBefore ?? ProgramEntry.NoIndex,
            TickAfter = file.TickAfter ?? ProgramEntry.NoIndex,
            Fee = file.Fee,
            Reserves = Checked(fileName, file),
        };
    }

    private static ReserveFile? Checked(string fileName, EventFile file)
    {
        IEnumerable<int> ends =
        [
            file.Pool + 32 ?? 0, file.NativeAmount + 8 ?? 0, file.SqrtPrice + 16 ?? 0, file.SqrtPriceBefore + 16 ?? 0, file.Liquidity + 16 ?? 0,
            file.TickBefore + 4 ?? 0, file.TickAfter + 4 ?? 0,
        ];
        if (file.Reserves is { } r) { ends = ends.Concat(new[] { r.First, r.Second, r.MinusFirst, r.MinusSecond }.SelectMany(o => o).Select(o => o + 8)); }
        if (ends.Max() > file.MinLength)
        {
            throw Wrong(fileName, $"{file.Name}: a field lies beyond the least length of {file.MinLength.ToString(CultureInfo.InvariantCulture)}");
        }

        return file.Reserves;
    }

    private static byte[] Hex(string fileName, string text)
    {
        try
        {
            return Convert.FromHexString(text) is { Length: >= 1 and <= 8 } bytes ? bytes : throw Wrong(fileName, $"'{text}' is not 1 to 8 bytes");
        }
        catch (FormatException)
        {
            throw Wrong(fileName, $"'{text}' is not hex");
        }
    }

    private static InvalidDataException Wrong(string fileName, string why) => new($"ingest/Venues/{fileName}: {why}");
}

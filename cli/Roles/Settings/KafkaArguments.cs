using System.Collections;
using System.CommandLine;
using System.CommandLine.Parsing;
using Sluice.Streams.Formats.Registry;
using Sluice.Streams.Kafka;

namespace Sluice.Cli.Roles.Settings;

/// <summary>Which of the Kafka options a command takes besides those of the connection.</summary>
[Flags]
internal enum KafkaUse
{
    /// <summary>It reads what is there.</summary>
    Connection = 0,

    /// <summary>It creates and checks topics.</summary>
    Topics = 1,

    /// <summary>It commits what it writes.</summary>
    Commits = 2,

    /// <summary>It runs tasks with state.</summary>
    Tasks = 4,

    /// <summary>Without Kafka it does something else.</summary>
    Optional = 8,
}

/// <summary>The options of every command that uses Kafka, with their defaults from the environment.</summary>
internal sealed class KafkaArguments
{
    public const string ServersVariable = "SLUICE_KAFKA", PrefixVariable = "SLUICE_TOPIC_PREFIX", RegistryVariable = "SLUICE_SCHEMA_REGISTRY";

    private const string ExactlyOnce = "exactly_once_v2", AtLeastOnce = "at_least_once", Strict = "strict", PartitionsOnly = "partitions";

    private readonly Option<string?> _servers = new("--kafka")
    {
        Description = $"Kafka brokers to begin with (or {ServersVariable}).",
        HelpName = "HOST:PORT[,…]",
    };

    private readonly Option<string[]> _set = new("--kafka-set")
    {
        Description = $"A librdkafka property; repeatable. Secrets rather as variables: {KafkaProperties.VariablePrefix}SASL_PASSWORD is sasl.password.",
        HelpName = "property=value",
    };

    private readonly Option<string?> _file = new("--kafka-config") { Description = "Properties file, one property=value a line.", HelpName = "FILE" };

    private readonly Option<string> _prefix = new("--topic-prefix")
    {
        Description = $"Stands before every topic and group (or {PrefixVariable}).",
        HelpName = "P",
        DefaultValueFactory = _ => FromEnvironment(PrefixVariable) ?? "",
    };

    private readonly Option<string> _application = new("--application-id")
    {
        Description = "Begins every group and changelog; processes with the same one share the work.",
        HelpName = "ID",
        DefaultValueFactory = _ => "sluice",
    };

    private readonly Option<string?> _registry = new("--schema-registry")
    {
        Description = $"Schema registry (or {RegistryVariable}); without one, schemas are in the topic sluice.schemas.",
        HelpName = "URL",
        DefaultValueFactory = _ => FromEnvironment(RegistryVariable),
    };

    private readonly Option<int?> _partitions = new("--partitions")
    {
        Description = $"Partitions that topics must have; created ones get {KafkaOptions.DefaultPartitions} when it is not given.",
        HelpName = "N",
    };

    private readonly Option<int?> _replication = new("--replication") { Description = "Copies of created topics; the brokers' default when it is not given.", HelpName = "N" };

    private readonly Option<string> _topicCheck = new("--topic-check")
    {
        Description = "strict compares all settings of existing topics, partitions only their number of partitions.",
        DefaultValueFactory = _ => Strict,
    };

    private readonly Option<string> _guarantee = new("--guarantee") { Description = "What a failure may leave behind.", DefaultValueFactory = _ => ExactlyOnce };

    private readonly Option<int> _commitMs = new("--commit-interval-ms")
    {
        Description = "Time between commits, ms; results are seen after them.",
        HelpName = "MS",
        DefaultValueFactory = _ => 100,
    };

    private readonly Option<bool> _standby = new("--standby") { Description = "Follow the state of partitions that other processes own, to take them over quickly." };

    private readonly Option<int> _threads = new("--threads") { Description = "Threads of each topology.", HelpName = "N", DefaultValueFactory = _ => 1 };

    private readonly KafkaUse _use;

    private KafkaArguments(KafkaUse use)
    {
        _use = use;
        _topicCheck.AcceptOnlyFromAmong(Strict, PartitionsOnly);
        _guarantee.AcceptOnlyFromAmong(ExactlyOnce, AtLeastOnce);
        Limit(_partitions, 1, 10_000);
        Limit(_replication, 1, 32);
        Limit(_commitMs, 1, 60_000);
        Limit(_threads, 1, 256);
    }

    /// <summary>Adds the options to a command, and their check.</summary>
    public static KafkaArguments AddTo(Command command, KafkaUse use)
    {
        var arguments = new KafkaArguments(use);
        foreach (var option in arguments.Options()) { command.Options.Add(option); }
        command.Validators.Add(result =>
        {
            try
            {
                if (arguments.Read(result) is null && !use.HasFlag(KafkaUse.Optional))
                {
                    result.AddError($"Kafka is not named: say --kafka HOST:PORT, or set {ServersVariable}.");
                }
            }
            catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
            {
                result.AddError(e.Message);
            }
            catch (InvalidOperationException)
            {
                // An option's value is none; the option has its own error, which says so.
            }
        });
        return arguments;
    }

    /// <summary>What was given; null when Kafka is not named anywhere.</summary>
    /// <exception cref="FormatException">Something cannot be understood; the message shows no secret.</exception>
    public KafkaSettings? Read(SymbolResult result)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        var file = result.GetValue(_file);
        foreach (var (name, value) in file is null ? [] : KafkaProperties.OfFile(file, File.ReadLines(file))) { properties[name] = value; }
        foreach (var (name, value) in KafkaProperties.OfEnvironment(Variables())) { properties[name] = value; }
        foreach (var (name, value) in KafkaProperties.OfOptions(result.GetValue(_set) ?? [])) { properties[name] = value; }

        properties.Remove(KafkaProperties.Servers, out var listed);
        if ((result.GetValue(_servers) ?? FromEnvironment(ServersVariable) ?? listed) is not { Length: > 0 } servers) { return null; }
        var options = new KafkaOptions
        {
            BootstrapServers = servers,
            ApplicationId = result.GetValue(_application)!,
            TopicPrefix = result.GetValue(_prefix)!,
            ClientProperties = properties,
        };
        if (_use.HasFlag(KafkaUse.Topics))
        {
            options = options with
            {
                Partitions = result.GetValue(_partitions),
                ReplicationFactor = (short?)result.GetValue(_replication),
                TopicCheck = result.GetValue(_topicCheck) == Strict ? TopicCheck.Strict : TopicCheck.Partitions,
            };
        }

        if (_use.HasFlag(KafkaUse.Commits))
        {
            options = options with
            {
                Guarantee = result.GetValue(_guarantee) == ExactlyOnce ? ProcessingGuarantee.ExactlyOnce : ProcessingGuarantee.AtLeastOnce,
                CommitInterval = TimeSpan.FromMilliseconds(result.GetValue(_commitMs)),
            };
        }

        if (_use.HasFlag(KafkaUse.Tasks)) { options = options with { Threads = result.GetValue(_threads), Standby = result.GetValue(_standby) }; }
        return new KafkaSettings(options, result.GetValue(_registry) is { Length: > 0 } urls
            ? SchemaRegistryOptions.Parse(urls, FromEnvironment(RegistryVariable + "_USER"), FromEnvironment(RegistryVariable + "_PASSWORD"))
            : null);
    }

    private IEnumerable<Option> Options()
    {
        yield return _servers;
        yield return _set;
        yield return _file;
        yield return _prefix;
        yield return _application;
        yield return _registry;
        if (_use.HasFlag(KafkaUse.Topics))
        {
            yield return _partitions;
            yield return _replication;
            yield return _topicCheck;
        }

        if (_use.HasFlag(KafkaUse.Commits))
        {
            yield return _guarantee;
            yield return _commitMs;
        }

        if (_use.HasFlag(KafkaUse.Tasks))
        {
            yield return _standby;
            yield return _threads;
        }
    }

    private static void Limit(Option<int> option, int least, int most) => option.Validators.Add(r =>
    {
        if (r.GetValueOrDefault<int>() is var value && (value < least || value > most)) { r.AddError($"{option.Name} takes {least} to {most}."); }
    });

    private static void Limit(Option<int?> option, int least, int most) => option.Validators.Add(r =>
    {
        if (r.GetValueOrDefault<int?>() is { } value && (value < least || value > most)) { r.AddError($"{option.Name} takes {least} to {most}."); }
    });

    private static string? FromEnvironment(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static Dictionary<string, string> Variables() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .ToDictionary(v => (string)v.Key, v => v.Value as string ?? "", StringComparer.Ordinal);
}

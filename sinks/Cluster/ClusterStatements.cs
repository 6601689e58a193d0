using System.Text.RegularExpressions;

namespace Sluice.Sinks.Cluster;

/// <summary>Turns statements written for one server into those of a cluster.</summary>
/// <remarks>
/// <list type="bullet">
/// <item>A table <c>t</c> becomes <c>t_local</c> on every server, replicated within its shard, and a Distributed table <c>t</c> over them, so
/// that inserts and questions keep naming <c>t</c>.</item>
/// <item>Rows that replace each other must meet in one shard: tables ordered by slot are sharded by leader group
/// (four slots), which keeps a group's rows together; the others by their whole order key.</item>
/// <item>The replication path holds database and table, and not the table's UUID: a replica that is added later and gets the same
/// statement joins the others.</item>
/// <item>Views stand on every server and read the Distributed tables. Deletions go to the local tables of every server.</item>
/// </list>
/// It knows the statements of schemas/clickhouse and of the store's own upkeep, and refuses others that change something. Text before
/// and after is in tests/Golden/Cluster.
/// </remarks>
internal static partial class ClusterStatements
{
    /// <summary>What a local table's name ends with.</summary>
    public const string Local = "_local";

    /// <summary>Slots of one leader, which are always four in a row.</summary>
    private const string LeaderGroup = "intDiv(slot, 4)";

    /// <summary>The statements to run in place of one that changes something.</summary>
    /// <exception cref="StoreException">The statement is of a kind that has no form for a cluster here.</exception>
    public static IReadOnlyList<string> Rewrite(string sql, string cluster, string database)
    {
        var on = $"ON CLUSTER `{cluster}`";
        if (Table().Match(sql) is { Success: true } table) { return Tables(table, cluster, database); }

        if (View().Match(sql) is { Success: true } view)
        {
            var body = From().Replace(view.Groups["body"].Value, m => $"{m.Groups["word"].Value} `{database}`.{m.Groups["table"].Value}");
            return [$"{view.Groups["head"].Value} `{database}`.`{view.Groups["name"].Value}` {on} AS{body}"];
        }

        if (Delete().Match(sql) is { Success: true } delete)
        {
            return [$"DELETE FROM `{database}`.`{delete.Groups["name"].Value}{Local}` {on} WHERE{delete.Groups["where"].Value}"];
        }

        if (Truncate().Match(sql) is { Success: true } truncate)
        {
            return [$"TRUNCATE TABLE `{database}`.`{truncate.Groups["name"].Value}{Local}` {on} SYNC"];
        }

        if (Alter().Match(sql) is { Success: true } alter) { return Alters(alter, on, database); }
        if (Insert().IsMatch(sql)) { return [sql]; }
        throw new StoreException($"No form for a cluster is known for this statement: {FirstWords(sql)}");
    }

    /// <summary>A question to one server's system tables asks all servers.</summary>
    public static string RewriteQuestion(string sql, string cluster) => Parts().Replace(
        sql,
        $"(SELECT database, table, concat(hostName(), ':', partition_id) AS partition_id, max_block_number, data_version, rows, active FROM clusterAllReplicas('{cluster}', system.parts))");

    private static IReadOnlyList<string> Tables(Match table, string cluster, string database)
    {
        var (name, columns, rest) = (table.Groups["name"].Value, table.Groups["columns"].Value, table.Groups["rest"].Value);
        var version = table.Groups["version"].Value.Trim();
        var order = OrderBy().Match(rest) is { Success: true } found
            ? found.Groups["key"].Value.Trim()
            : throw new StoreException($"Table {name} has no ORDER BY to shard by.");
        var bare = order.StartsWith('(') && order.EndsWith(')') ? order[1..^1] : order;
        var key = bare == "slot" || bare.StartsWith("slot,", StringComparison.Ordinal) ? LeaderGroup : bare;
        var engine = $"ReplicatedReplacingMergeTree('/clickhouse/tables/{{shard}}/{{database}}/{{table}}', '{{replica}}'{(version.Length > 0 ? ", " + version : "")})";
        var on = $"ON CLUSTER `{cluster}`";
        return
        [
            $"CREATE TABLE IF NOT EXISTS `{database}`.`{name}{Local}` {on}\n{columns}\nENGINE = {engine}{rest}",
            $"CREATE TABLE IF NOT EXISTS `{database}`.`{name}` {on} AS `{database}`.`{name}{Local}`\nENGINE = Distributed(`{cluster}`, `{database}`, `{name}{Local}`, cityHash64({key}))",
        ];
    }

    /// <summary>A column must be in the local tables as long as it is in the Distributed one, which asks for it; an index is only in the local ones.</summary>
    private static IReadOnlyList<string> Alters(Match alter, string on, string database)
    {
        var (name, actions) = (alter.Groups["name"].Value, alter.Groups["actions"].Value);
        var local = $"ALTER TABLE `{database}`.`{name}{Local}` {on} {actions}";
        var distributed = $"ALTER TABLE `{database}`.`{name}` {on} {actions}";
        return actions switch
        {
            _ when actions.StartsWith("DROP COLUMN", StringComparison.Ordinal) => [distributed, local],
            _ when actions.StartsWith("ADD COLUMN", StringComparison.Ordinal) || actions.StartsWith("MODIFY COLUMN", StringComparison.Ordinal) =>
                [local, distributed],
            _ when actions.StartsWith("ADD INDEX", StringComparison.Ordinal) || actions.StartsWith("DROP INDEX", StringComparison.Ordinal)
                || actions.StartsWith("MODIFY TTL", StringComparison.Ordinal) || actions.StartsWith("MODIFY SETTING", StringComparison.Ordinal) => [local],
            _ => throw new StoreException($"No form for a cluster is known for this change of table {name}: {FirstWords(actions)}"),
        };
    }

    private static string FirstWords(string sql)
    {
        var line = sql.ReplaceLineEndings(" ");
        return line.Length <= 60 ? line : line[..60] + "…";
    }

    [GeneratedRegex(@"^\s*CREATE TABLE IF NOT EXISTS `?(?<name>\w+)`?\s*(?<columns>\(.*\))\s*ENGINE = ReplacingMergeTree(?:\((?<version>[^)]*)\))?(?<rest>\s.*)$", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Table();

    [GeneratedRegex(@"^\s*(?<head>CREATE OR REPLACE VIEW|CREATE VIEW IF NOT EXISTS) `?(?<name>\w+)`? AS(?<body>\s.*)$", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex View();

    [GeneratedRegex(@"^\s*DELETE FROM `?(?<name>\w+)`? WHERE(?<where>\s.*)$", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Delete();

    [GeneratedRegex(@"^\s*TRUNCATE TABLE `?(?<name>\w+)`?\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Truncate();

    [GeneratedRegex(@"^\s*ALTER TABLE `?(?<name>\w+)`? (?<actions>.*)$", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Alter();

    [GeneratedRegex(@"^\s*INSERT INTO\s", RegexOptions.CultureInvariant)]
    private static partial Regex Insert();

    // A table of this database in a view: a plain name, no function, no subquery, no other database.
    [GeneratedRegex(@"(?<word>\b(?:FROM|JOIN)) `?(?<table>\w+)`?(?![\w.(`])", RegexOptions.CultureInvariant)]
    private static partial Regex From();

    [GeneratedRegex(@"ORDER BY (?<key>.+?)(?:\s+(?:TTL|SETTINGS)\s.*)?$", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex OrderBy();

    [GeneratedRegex(@"\bsystem\.parts\b", RegexOptions.CultureInvariant)]
    private static partial Regex Parts();
}

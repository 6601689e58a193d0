using System.Reflection;
using System.Text;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Properties.Schemas;

/// <summary>Records with random and extreme values in every field, by reflection, so that a new field is covered by itself.</summary>
internal sealed class RandomRecords(int seed, int maxItems = 4)
{
    private readonly Random _random = new(seed);

    /// <summary>Longs are never negative, as columns of counts and slots ask.</summary>
    public bool NoNegativeLongs { get; init; }

    /// <summary>Every record type that has a schema file.</summary>
    public static IEnumerable<Type> Types =>
        AvroSchemas.All.Keys.Select(name => typeof(Block).Assembly.GetType($"Sluice.Schemas.Records.{name}", throwOnError: true)!);

    public T Next<T>()
        where T : struct, IRecord => (T)Make(typeof(T));

    private object Make(Type type)
    {
        var record = (IRecord)Activator.CreateInstance(type)!;
        record.Reset();
        foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Instance))
        {
            var list = field.FieldType.IsGenericType ? field.FieldType.GetGenericTypeDefinition() : null;
            if (list == typeof(RecordList<>) || list == typeof(ValueList<>))
            {
                var fill = list == typeof(RecordList<>) ? nameof(FillRecords) : nameof(FillValues);
                typeof(RandomRecords).GetMethod(fill, BindingFlags.NonPublic | BindingFlags.Instance)!
                    .MakeGenericMethod(field.FieldType.GetGenericArguments()[0])
                    .Invoke(this, [field.GetValue(record), field.Name]);
            }
            else
            {
                field.SetValue(record, Value(field.FieldType, field.Name, IsNullableText(field)));
            }
        }

        return record;
    }

    private static bool IsNullableText(FieldInfo field) =>
        field.FieldType == typeof(string) && new NullabilityInfoContext().Create(field).ReadState == NullabilityState.Nullable;

    private void FillRecords<T>(RecordList<T> list, string name)
        where T : struct, IRecord
    {
        for (var n = Items(); n > 0; n--) { list.Add() = (T)Make(typeof(T)); }
    }

    private void FillValues<T>(ValueList<T> list, string name)
    {
        for (var n = Items(); n > 0; n--) { list.Add((T)Value(typeof(T), name, false)!); }
    }

    private int Items() => _random.Next(3) == 0 ? 0 : _random.Next(maxItems + 1);

    private object? Value(Type type, string name, bool nullable)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner) { return _random.Next(3) == 0 ? null : Value(inner, name, false); }
        if (nullable && _random.Next(3) == 0) { return null; }
        if (type.IsEnum) { return Enum.GetValues(type).GetValue(_random.Next(Enum.GetValues(type).Length)); }
        if (name.EndsWith("UnixMs", StringComparison.Ordinal)) { return _random.NextInt64(0, 4_000_000_000_000); } // to the year 2096
        if (type == typeof(IRecord) || typeof(IRecord).IsAssignableFrom(type)) { return Make(type); }
        if (type == typeof(bool)) { return _random.Next(2) == 0; }
        if (type == typeof(int)) { return OneOf(0, 1, -1, int.MinValue, int.MaxValue, _random.Next()); }
        if (type == typeof(long)) { return Long(); }
        if (type == typeof(ulong)) { return OneOf(0UL, 127UL, 128UL, ulong.MaxValue, 1UL << 63, (ulong)_random.NextInt64()); }
        if (type == typeof(Int128)) { return Wide(); }
        if (type == typeof(double)) { return OneOf(0d, -1.5, 0.1, double.MaxValue, double.Epsilon, _random.NextDouble()); }
        if (type == typeof(string)) { return Text(); }
        if (type == typeof(byte[])) { return Bytes(_random.Next(70)); }
        if (type == typeof(Pubkey)) { return new Pubkey(Bytes(32)); }
        if (type == typeof(Signature)) { return new Signature(Bytes(64)); }
        if (type == typeof(FindingId)) { return Id(); }
        throw new NotSupportedException($"{name} is a {type}");
    }

    private long Long()
    {
        var value = OneOf(0L, 63L, 64L, -65L, long.MinValue, long.MaxValue, _random.NextInt64());
        return NoNegativeLongs ? value & long.MaxValue : value;
    }

    /// <summary>At most 38 digits, which is the precision that the schemas declare.</summary>
    private Int128 Wide()
    {
        var limit = Int128.Parse("99999999999999999999999999999999999999");
        return OneOf(0, -1, 127, -128, -129, (Int128)ulong.MaxValue + 1, limit, -limit, ((Int128)_random.NextInt64() << 50) - 1);
    }

    private string Text() => OneOf(
        "", "raydium-amm-v4", "\"quoted\" \\ and\n new\tlines", "\0", "Zürich 東京 🦀", new string('€', 300), "unknown(" + new Pubkey(Bytes(32)) + ")",
        Encoding.UTF8.GetString(Enumerable.Range(0, _random.Next(40)).Select(_ => (byte)_random.Next(1, 128)).ToArray()));

    private FindingId Id()
    {
        var signature = new Signature(Bytes(64));
        var (ix, inner, leg) = (_random.Next(64), _random.Next(-1, 64), OneOf(0, 1, int.MinValue, int.MaxValue));
        return OneOf(
            FindingId.Arbitrage(signature), FindingId.Attempt(signature), FindingId.Bundle(signature), FindingId.Jit(signature, ix, inner),
            FindingId.Liquidation(signature, ix, inner), FindingId.RoundTrip(signature, ix, inner, leg), FindingId.Sandwich(signature, ix, inner, leg),
            FindingId.Parse(Text()));
    }

    /// <summary>Random bytes, often with zeros in front, since these are base58's special case.</summary>
    private byte[] Bytes(int size)
    {
        var bytes = new byte[size];
        _random.NextBytes(bytes);
        if (_random.Next(4) == 0) { bytes.AsSpan(0, _random.Next(size + 1)).Clear(); }
        return bytes;
    }

    private T OneOf<T>(params T[] values) => values[_random.Next(values.Length)];
}

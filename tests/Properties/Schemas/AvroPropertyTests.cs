using System.Buffers;
using System.Reflection;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Schemas.Avro;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Properties.Schemas;

public class AvroPropertyTests
{
    public static TheoryData<string> Records => [.. RandomRecords.Types.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Records))]
    public void What_was_written_reads_back_and_writes_the_same_bytes(string record) => Run(nameof(RoundTrip), record);

    [Theory]
    [MemberData(nameof(Records))]
    public void Any_bytes_are_read_or_refused_and_what_was_read_writes_and_reads_again(string record) => Run(nameof(AnyBytes), record);

    [Theory]
    [MemberData(nameof(Records))]
    public void Damaged_encodings_are_read_or_refused(string record) => Run(nameof(Damaged), record);

    private static void Run(string method, string record)
    {
        var type = RandomRecords.Types.Single(t => t.Name == record);
        typeof(AvroPropertyTests).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type).Invoke(null, BindingFlags.DoNotWrapExceptions, null, null, null);
    }

    private static void RoundTrip<T>()
        where T : struct, IRecord => Prop.ForAll<int>(seed =>
        {
            var codec = AvroSchemas.CodecOf<T>();
            var record = new RandomRecords(seed).Next<T>();
            var bytes = Encode(codec, record);
            T back = default;
            var result = codec.Read(bytes, ref back, new TextPool());
            Assert.Equal(new AvroResult(AvroStatus.Ok, bytes.Length), result);
            Assert.Equal(RecordTree.Of(record)!.ToJsonString(), RecordTree.Of(back)!.ToJsonString());
            Assert.Equal(bytes, Encode(codec, back));
        }).QuickCheckThrowOnFailure();

    private static void AnyBytes<T>()
        where T : struct, IRecord => Prop.ForAll<byte[]>(bytes => ReadAndWriteAgain(AvroSchemas.CodecOf<T>(), bytes)).QuickCheckThrowOnFailure();

    private static void Damaged<T>()
        where T : struct, IRecord => Prop.ForAll<int>(seed =>
        {
            var random = new Random(seed);
            var codec = AvroSchemas.CodecOf<T>();
            var bytes = Encode(codec, new RandomRecords(seed, 2).Next<T>());
            for (var i = 0; i < 20; i++)
            {
                var damaged = (byte[])bytes.Clone();
                for (var n = random.Next(1, 4); n > 0; n--) { damaged[random.Next(damaged.Length)] = (byte)random.Next(256); }
                ReadAndWriteAgain(codec, damaged[..random.Next(damaged.Length + 1)]);
            }
        }).QuickCheckThrowOnFailure();

    private static void ReadAndWriteAgain<T>(AvroCodec<T> codec, byte[] bytes)
        where T : struct, IRecord
    {
        T record = default;
        var result = codec.Read(bytes, ref record);
        Assert.InRange(result.Offset, 0, bytes.Length);
        codec.ReadSingleObject(bytes, ref record);
        codec.ReadConfluent(bytes, 1, ref record);
        if (!result.IsOk) { return; }

        codec.Read(bytes, ref record);
        T again = default;
        Assert.True(codec.Read(Encode(codec, record), ref again).IsOk);
        Assert.Equal(RecordTree.Of(record)!.ToJsonString(), RecordTree.Of(again)!.ToJsonString());
    }

    private static byte[] Encode<T>(AvroCodec<T> codec, in T record)
        where T : struct, IRecord
    {
        var output = new ArrayBufferWriter<byte>();
        codec.Write(in record, output);
        return output.WrittenSpan.ToArray();
    }
}

// Prints the arbitrages as they are found. Needs the packages Confluent.Kafka and Apache.Avro.
using Avro.Generic;
using Avro.IO;
using Confluent.Kafka;

var schema = Avro.Schema.Parse(File.ReadAllText("mev.arbitrages.avsc"));
var reader = new GenericDatumReader<GenericRecord>(schema, schema);
var config = new ConsumerConfig
{
    BootstrapServers = "localhost:9092",
    GroupId = "example",
    IsolationLevel = IsolationLevel.ReadCommitted, // aborted transactions stay hidden
    AutoOffsetReset = AutoOffsetReset.Earliest,
};
using var consumer = new ConsumerBuilder<Ignore, byte[]>(config).Build();
consumer.Subscribe("mev.arbitrages");
while (true)
{
    var value = consumer.Consume().Message.Value;

    // Single-object encoding: C3 01 and the schema's fingerprint, 10 bytes; with a schema registry zero and the schema's id, 5 bytes.
    var head = value[0] == 0xC3 ? 10 : 5;
    var record = reader.Read(null!, new BinaryDecoder(new MemoryStream(value, head, value.Length - head)));
    Console.WriteLine($"{record["signature"]}: gross {record["gross"]} of {record["profitMint"]}");
}

// Prints a topic as JSON, a record a line: node consume.js HOST:PORT TOPIC SCHEMA.avsc [MAX]
// Needs the npm packages kafkajs, avsc and, since messages are compressed with it, lz4js.
const fs = require('fs');
const { Kafka, CompressionTypes, CompressionCodecs, logLevel } = require('kafkajs');
const avro = require('avsc');
const lz4 = require('lz4js');

CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: async (encoder) => Buffer.from(lz4.compress(encoder.buffer)),
  decompress: async (buffer) => Buffer.from(lz4.decompress(buffer)),
});

// Amounts are Avro decimals: base units as whole numbers, of which some are beyond what a double can hold.
class Decimal extends avro.types.LogicalType {
  _fromValue(bytes) { return BigInt.asIntN(bytes.length * 8, BigInt('0x' + (bytes.toString('hex') || '0'))); }
  _toValue() { throw new Error('reading only'); }
}

const [servers, topic, schemaFile, most] = process.argv.slice(2);
const type = avro.Type.forSchema(JSON.parse(fs.readFileSync(schemaFile)), { logicalTypes: { decimal: Decimal } });
const kafka = new Kafka({ brokers: servers.split(','), logLevel: logLevel.ERROR });
const consumer = kafka.consumer({ groupId: `example-${process.pid}` }); // reads committed records only, unless told otherwise

(async () => {
  let count = 0;
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      // Single-object encoding: C3 01 and the schema's fingerprint come before the record.
      // (With a schema registry: one zero byte and the schema's id, 5 bytes in all.)
      const head = message.value[0] === 0xc3 ? 10 : 5;
      const record = type.fromBuffer(message.value.subarray(head));
      if (most === undefined || count < Number(most)) {
        console.log(JSON.stringify(record, (_, value) => (typeof value === 'bigint' ? value.toString() : value)));
      }
      count += 1;
      if (count === Number(most)) { setImmediate(() => consumer.disconnect()); }
    },
  });
})();

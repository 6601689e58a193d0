// Asks a server with npm's @clickhouse/client and prints one JSON value a line.
const { createClient, ClickHouseLogLevel } = require(process.argv[2]);
const say = (value) => console.log(JSON.stringify(value));
const failed = async (work) => {
  try {
    await work();
    say("no error");
  } catch (e) {
    say({ code: e.code, type: e.type });
  }
};

(async () => {
  for (const response of [true, false]) {
    const client = createClient({ url: process.argv[3], compression: { response }, log: { level: ClickHouseLogLevel.OFF } });
    if (response) {
      say({ ping: (await client.ping()).success });
      const few = await client.query({
        query: "SELECT {n:UInt64} + 1 AS n, {t:String} AS t",
        query_params: { n: 41, t: "it's" },
        format: "JSONEachRow",
      });
      say(await few.json());
      const many = await client.query({ query: "SELECT number FROM numbers({n:UInt64})", query_params: { n: 1000000 }, format: "JSONEachRow" });
      let rows = 0;
      let last;
      for await (const batch of many.stream()) {
        rows += batch.length;
        last = batch.at(-1).json().number;
      }
      say({ rows, last });
      say((await (await client.query({ query: "SELECT 1 AS a", format: "JSON" })).json()).meta);
      await failed(() => client.query({ query: "SELECT * FROM nowhere", format: "JSONEachRow" }));
      await failed(() => client.command({ query: "DROP TABLE swaps" }));
      await failed(() => client.insert({ table: "swaps", values: [{ slot: 1 }], format: "JSONEachRow" }));
    } else {
      await failed(async () => {
        const broken = await client.query({
          query: "SELECT throwIf(number = 500000) AS x FROM numbers(1000000)",
          format: "JSONEachRow",
          clickhouse_settings: { max_block_size: "1000" },
        });
        for await (const _ of broken.stream());
      });
    }
    await client.close();
  }
})();

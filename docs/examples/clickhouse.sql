-- A ClickHouse of one's own that reads the arbitrages from Kafka. Needs a schema registry (ClickHouse knows no single-object encoding).
CREATE TABLE arbitrages_queue
(
    id String,
    ruleVersion Int32,
    slot Int64,
    signature String,
    signer String,
    class String,
    profitMint String,
    gross Decimal(38, 0),
    feeLamports Decimal(20, 0),
    tipLamports Decimal(20, 0)
)
ENGINE = Kafka
SETTINGS
    kafka_broker_list = 'localhost:9092',
    kafka_topic_list = 'mev.arbitrages',
    kafka_group_name = 'my-clickhouse',
    kafka_format = 'AvroConfluent',
    format_avro_schema_registry_url = 'http://localhost:8081';

CREATE TABLE my_arbitrages
(
    id String,
    rule_version Int32,
    slot UInt64,
    signature String,
    signer String,
    class String,
    profit_mint String,
    gross Int128
)
ENGINE = ReplacingMergeTree(rule_version)
ORDER BY (slot, id);

CREATE MATERIALIZED VIEW my_arbitrages_from_kafka TO my_arbitrages AS
SELECT id, ruleVersion AS rule_version, slot, signature, signer, class, profitMint AS profit_mint, gross
FROM arbitrages_queue;

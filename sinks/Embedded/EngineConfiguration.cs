using System.Globalization;

namespace Sluice.Sinks.Embedded;

/// <summary>The engine's settings: for the process in a file, for a connection as arguments.</summary>
/// <remarks>
/// The file is always named, since the engine otherwise takes a config.xml from the working folder or the home folder.
/// Without a logger section the engine is silent.
/// </remarks>
internal static class EngineConfiguration
{
    /// <summary>
    /// Text of the file. Merges stop growing at 8 GB a part; caches are for a laptop. Inserted parts are compact (one file for all
    /// columns): a wide part of swaps is about a hundred files, and making and deleting them was a fifth of an insert's cost. Parts
    /// number their rows, so that deleting marks rows in a small part of its own (a patch, which the next merge applies) instead of
    /// writing every part anew: 0.05 s instead of 2 s for 24 slots of mainnet's size.
    /// </summary>
    public static string Server(EmbeddedOptions options) => string.Create(CultureInfo.InvariantCulture, $"""
        <!-- Written by Sluice on every opening of the store; changes are lost. -->
        <clickhouse>
          <max_server_memory_usage>{options.MemoryBytes}</max_server_memory_usage>
          <mark_cache_size>33554432</mark_cache_size>
          <primary_index_cache_size>33554432</primary_index_cache_size>
          <uncompressed_cache_size>0</uncompressed_cache_size>
          <index_mark_cache_size>16777216</index_mark_cache_size>
          <mmap_cache_size>64</mmap_cache_size>
          <query_condition_cache_size>8388608</query_condition_cache_size>
          <background_pool_size>{options.MergeThreads}</background_pool_size>
          <background_merges_mutations_concurrency_ratio>1</background_merges_mutations_concurrency_ratio>
          <background_schedule_pool_size>2</background_schedule_pool_size>
          <background_common_pool_size>1</background_common_pool_size>
          <background_move_pool_size>1</background_move_pool_size>
          <background_fetches_pool_size>1</background_fetches_pool_size>
          <tables_loader_foreground_pool_size>2</tables_loader_foreground_pool_size>
          <tables_loader_background_pool_size>2</tables_loader_background_pool_size>
          <max_thread_pool_free_size>8</max_thread_pool_free_size>
          <merge_tree>
            <number_of_free_entries_in_pool_to_lower_max_size_of_merge>1</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
            <number_of_free_entries_in_pool_to_execute_mutation>1</number_of_free_entries_in_pool_to_execute_mutation>
            <number_of_free_entries_in_pool_to_execute_optimize_entire_partition>1</number_of_free_entries_in_pool_to_execute_optimize_entire_partition>
            <max_bytes_to_merge_at_max_space_in_pool>8000000000</max_bytes_to_merge_at_max_space_in_pool>
            <min_bytes_for_wide_part>134217728</min_bytes_for_wide_part>
            <parts_to_delay_insert>1000</parts_to_delay_insert>
            <parts_to_throw_insert>3000</parts_to_throw_insert>
            <enable_block_number_column>1</enable_block_number_column>
            <enable_block_offset_column>1</enable_block_offset_column>
            <auto_statistics_types></auto_statistics_types>
            <merge_max_block_size_bytes>4194304</merge_max_block_size_bytes>
          </merge_tree>
        </clickhouse>

        """);

    /// <summary>Arguments of a connection that writes. An insert leaves equal keys to the merge, which halves its cost.</summary>
    public static IReadOnlyList<string> Writer(StoreFolder folder) =>
    [
        .. Base(folder),
        "--async_insert=0",
        "--optimize_on_insert=0",
        "--max_insert_threads=1",
        "--max_partitions_per_insert_block=1000",
        "--mutations_sync=1",
        "--lightweight_deletes_sync=1",
        "--lightweight_delete_mode=lightweight_update",
        "--final=1",
    ];

    /// <summary>
    /// Arguments of a connection that reads: nothing can be changed, no file or address can be read, replaced rows are
    /// out of sight, whole numbers of 64 and more bits are JSON strings, and times are ISO 8601.
    /// </summary>
    public static IReadOnlyList<string> Reader(StoreFolder folder, EmbeddedOptions options) =>
    [
        .. Session(folder, options),
        "--output_format_json_quote_64bit_integers=1",
        "--date_time_output_format=iso",
        "--readonly=1",
    ];

    /// <summary>
    /// Arguments of a connection that reads with settings of its caller, which are given before it is made read-only: limits
    /// as above, replaced rows out of sight, formats as a ClickHouse server writes them.
    /// </summary>
    public static IReadOnlyList<string> Session(StoreFolder folder, EmbeddedOptions options) =>
    [
        .. Base(folder),
        "--final=1",
        "--do_not_merge_across_partitions_select_final=1",
        Setting("max_execution_time", (long)Math.Ceiling(options.MaxQueryDuration.TotalSeconds)),
        Setting("max_memory_usage", options.QueryMemoryBytes),
        Setting("max_bytes_before_external_sort", options.QueryMemoryBytes / 2),
        Setting("max_bytes_before_external_group_by", options.QueryMemoryBytes / 2),
        Setting("max_result_bytes", options.MaxResultBytes),
        "--result_overflow_mode=throw",
    ];

    private static IReadOnlyList<string> Base(StoreFolder folder) =>
        ["clickhouse", "--path=" + folder.EnginePath, "--config-file=" + folder.ConfigurationPath];

    private static string Setting(string name, long value) => string.Create(CultureInfo.InvariantCulture, $"--{name}={value}");
}

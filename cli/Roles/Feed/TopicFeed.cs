using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Sluice.Api.Feed;
using Sluice.Cli.Roles.Settings;
using Sluice.Schemas.Records;
using Sluice.Streams;
using Sluice.Streams.Formats;
using Sluice.Streams.Formats.Registry;
using Sluice.Streams.Kafka;

namespace Sluice.Cli.Roles.Feed;

/// <summary>Puts the blocks and findings of topics on the live feed as they are committed: every process that does so shows all of them.</summary>
/// <remarks>A retraction goes out as it does in a live run: the finding's id, without the finding.</remarks>
internal sealed class TopicFeed(KafkaSettings settings, LiveFeed feed, IMeterFactory meters, ILogger log)
{
    /// <summary>Names it in messages and metrics.</summary>
    private const string Part = "feed";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // Blocks first: of what comes at the same time they are told before what was found in them.
    private static readonly Topic[] Followed =
        [Topics.Blocks, Topics.Arbitrages, Topics.Sandwiches, Topics.RoundTrips, Topics.Jit, Topics.Liquidations, Topics.Attempts, Topics.Bundles];

    /// <summary>Runs until cancelled; a cluster that is away is waited for.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        await using var formats = await OpenAsync(cancel).ConfigureAwait(false);
        await new KafkaListener(settings.Kafka, Part, Followed, formats, new StreamsMetrics(meters), log).RunAsync(Take, cancel).ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
    }

    /// <summary>Tells what a batch holds.</summary>
    internal void Take(RecordBatch batch)
    {
        switch (batch)
        {
            case RecordBatch<Block> blocks:
                foreach (ref readonly var block in blocks.Records.Span)
                {
                    // Copies stand beside the block itself, which comes too.
                    if (!block.IsContext) { feed.Publish(in block, batch.ArrivalUnixMicros); }
                }

                break;
            case RecordBatch<Arbitrage> findings:
                foreach (ref readonly var f in findings.Records.Span) { if (f.Retracted) { feed.Retract(FeedChannel.Arbitrages, f.Id.ToString(), f.Slot); } else { feed.Publish(in f); } }
                break;
            case RecordBatch<Sandwich> findings:
                foreach (ref readonly var f in findings.Records.Span) { if (f.Retracted) { feed.Retract(FeedChannel.Sandwiches, f.Id.ToString(), f.Slot); } else { feed.Publish(in f); } }
                break;
            case RecordBatch<RoundTrip> findings:
                foreach (ref readonly var f in findings.Records.Span) { if (f.Retracted) { feed.Retract(FeedChannel.RoundTrips, f.Id.ToString(), f.Slot); } else { feed.Publish(in f); } }
                break;
            case RecordBatch<JitLiquidity> findings:
                foreach (ref readonly var f in findings.Records.Span) { if (f.Retracted) { feed.Retract(FeedChannel.Jit, f.Id.ToString(), f.Slot); } else { feed.Publish(in f); } }
                break;
            case RecordBatch<Liquidation> findings:
                foreach (ref readonly var f in findings.Records.Span) { if (f.Retracted) { feed.Retract(FeedChannel.Liquidations, f.Id.ToString(), f.Slot); } else { feed.Publish(in f); } }
                break;
            case RecordBatch<FailedAttempt> findings:
                foreach (ref readonly var f in findings.Records.Span) { if (f.Retracted) { feed.Retract(FeedChannel.FailedAttempts, f.Id.ToString(), f.Slot); } else { feed.Publish(in f); } }
                break;
            case RecordBatch<Bundle> findings:
                foreach (ref readonly var f in findings.Records.Span) { if (f.Retracted) { feed.Retract(FeedChannel.Bundles, f.Id.ToString(), f.Slot); } else { feed.Publish(in f); } }
                break;
            default:
                throw new ArgumentException($"Topic {batch.Topic.Name} has no channel.", nameof(batch));
        }
    }

    private async Task<TopicFormats> OpenAsync(CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                using var admin = new TopicAdmin(settings.Kafka, log);
                return await settings.OpenFormatsForReadingAsync(admin.Partitions(), log, cancel).ConfigureAwait(false);
            }
            catch (Exception e) when (e is KafkaBusException or SchemaRegistryException)
            {
                RoleLog.FeedWaits(log, e.Message);
                await Task.Delay(Pause, cancel).ConfigureAwait(false);
            }
        }
    }
}

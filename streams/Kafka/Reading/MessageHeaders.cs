using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace Sluice.Streams.Kafka;

/// <summary>Headers of every message: <c>schema</c> (full name:fingerprint), <c>traceparent</c> (W3C) and <c>arrival</c> (Unix time in µs, decimal).</summary>
public static class MessageHeaders
{
    /// <summary>Full name of the record and the fingerprint of its schema in 16 hexadecimal digits, parted by a colon.</summary>
    public const string Schema = "schema";

    /// <summary>W3C trace context of the block that the record comes from.</summary>
    public const string TraceParent = "traceparent";

    /// <summary>When the bytes of the block arrived at ingest, Unix time in microseconds, decimal.</summary>
    public const string Arrival = "arrival";

    internal static (long ArrivalUnixMicros, string? TraceParent) Read(Headers? headers)
    {
        long arrival = 0;
        string? trace = null;
        for (var i = 0; i < (headers?.Count ?? 0); i++)
        {
            var header = headers![i];
            if (header.Key == Arrival && Utf8Parser.TryParse(header.GetValueBytes(), out long micros, out _)) { arrival = micros; }
            else if (header.Key == TraceParent) { trace = Encoding.ASCII.GetString(header.GetValueBytes()); }
        }

        return (arrival, trace);
    }

    internal static Headers Write(byte[] schema, long arrivalUnixMicros, string? traceParent)
    {
        var headers = new Headers { { Schema, schema } };
        if (arrivalUnixMicros != 0) { headers.Add(Arrival, Encoding.ASCII.GetBytes(arrivalUnixMicros.ToString(CultureInfo.InvariantCulture))); }
        if (traceParent is not null) { headers.Add(TraceParent, Encoding.ASCII.GetBytes(traceParent)); }
        return headers;
    }
}

using Sluice.Ingest.Blocks.Json;

namespace Sluice.Ingest.Blocks;

/// <summary>Reads the lines of <c>logMessages</c>.</summary>
internal sealed class LogReader
{
    private readonly LogLines _lines = new();

    public bool TryRead(ref JsonCursor c, TransactionDraft draft)
    {
        _lines.Start(draft);
        if (!c.EnterArray()) { return false; }
        while (c.NextElement())
        {
            if (!c.TryReadString(out var start, out var length, out var escaped)) { return false; }
            var line = c.Json.Slice(start, length);
            if (escaped && line.StartsWith(LogLines.Prefix))
            {
                // Some writers escape '+' of base64. Only events are worth the trouble.
                c.MoveTo(start - 1);
                if (!c.TryReadString(out line)) { return false; }
                start = -1;
            }

            if (!_lines.Take(draft, c.Json, line, start)) { break; }
        }

        LogLines.Finish(draft);
        return !c.Failed;
    }
}

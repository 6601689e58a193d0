namespace Sluice.Api.Queries;

/// <summary>Cuts a range of slots into windows from the newest down, each wider than the one before.</summary>
/// <remarks>
/// Tables are ordered by slot, and merging versions of rows on reading (FINAL) visits every row of the range that is asked for.
/// So the first page of an unfiltered list must ask for few slots, and a rare filter must not take thousands of steps: windows
/// grow sixteenfold, which reads each slot once and reaches over all of mainnet's history in seven steps.
/// </remarks>
internal struct SlotWindows(ulong first, ulong last)
{
    private const ulong FirstSlots = 64;
    private const ulong Growth = 16;

    private ulong _next = last;
    private ulong _slots = FirstSlots;
    private bool _done = first > last;

    /// <summary>First slot of the window, inclusive.</summary>
    public ulong From { get; private set; }

    /// <summary>Last slot of the window, inclusive.</summary>
    public ulong To { get; private set; }

    public bool MoveNext()
    {
        if (_done) { return false; }
        To = _next;
        From = To - first < _slots ? first : To - _slots + 1;
        _done = From == first;
        if (!_done) { _next = From - 1; }
        _slots = _slots > ulong.MaxValue / Growth ? ulong.MaxValue : _slots * Growth;
        return true;
    }
}

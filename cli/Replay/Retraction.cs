namespace Sluice.Cli.Replay;

/// <summary>A finding that holds no more, because a block that it rests on was replaced by another.</summary>
/// <param name="Table">Table of the finding, as <c>sandwiches</c>.</param>
/// <param name="Id">Its id.</param>
/// <param name="Slot">Its slot.</param>
/// <param name="RuleVersion">Version of the rules that found it.</param>
internal readonly record struct Retraction(string Table, string Id, long Slot, int RuleVersion);

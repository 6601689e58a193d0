using Sluice.Processors.Core.Common;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>
/// Answers, for lanes of a window, which is the first swap between two places that traded at a worse price than another one and is free to be a
/// victim: one tree a lane, a step of the logarithm of its length an answer.
/// </summary>
/// <remarks>
/// A node knows the worst-priced leg below it, and the worst-priced of those with another private program than that one's, so that legs of the asking actor's
/// program are passed over without being visited one by one. Buffers are kept. Not thread-safe.
/// </remarks>
internal sealed class LaneTrees(GroupFacts facts)
{
    private readonly KeyIndex<int> _lanes = new();
    private readonly ValueList<Tree> _trees = new();
    private readonly ValueList<int> _items = new();
    private readonly ValueList<Node> _nodes = new();

    public void Clear()
    {
        _lanes.Clear();
        _trees.Clear();
        _items.Clear();
        _nodes.Clear();
    }

    /// <summary>Makes the lane's tree, unless it stands, and returns its number.</summary>
    public int Open(int lane)
    {
        var known = _lanes.Count;
        var number = _lanes.Intern(lane);
        if (number < known) { return number; }
        var count = facts.Markets.Lane(lane).Count;
        var size = 1;
        while (size < count) { size *= 2; }
        var tree = new Tree { Items = _items.Count, Nodes = _nodes.Count, Count = count, Size = size, Measure = facts.Markets.MeasureOf(lane) };
        _trees.Add(tree);
        var items = _items.Reserve(count);
        for (var leg = facts.Markets.Lane(lane).Last; leg >= 0; leg = facts.Legs[leg].Before) { items[facts.Legs[leg].Rank] = leg; }
        var nodes = _nodes.Reserve(size * 2);
        nodes.Fill(new Node(-1, -1));
        for (var i = 0; i < count; i++)
        {
            ref readonly var leg = ref facts.Legs[items[i]];
            if (leg.CanBeVictim && !leg.IsTaken && !leg.IsAttack) { nodes[size + i] = new Node(items[i], -1); }
        }

        for (var i = size - 1; i > 0; i--) { nodes[i] = Join(nodes[i * 2], nodes[(i * 2) + 1], tree.Measure); }
        return number;
    }

    /// <summary>The legs of a lane in order.</summary>
    public ReadOnlySpan<int> Items(int number) => _items.Span.Slice(_trees[number].Items, _trees[number].Count);

    /// <summary>Legs of the lane before a leg of another one.</summary>
    public int CountBefore(int number, int leg)
    {
        var at = Items(number).BinarySearch(leg);
        return at < 0 ? ~at : at;
    }

    /// <summary>Takes a leg out of its lane's tree, if that stands: it is no victim any more.</summary>
    public void Remove(int leg)
    {
        var number = _lanes.Find(facts.Legs[leg].Lane);
        if (number < 0) { return; }
        ref readonly var tree = ref _trees[number];
        var nodes = _nodes.Span.Slice(tree.Nodes, tree.Size * 2);
        var i = tree.Size + facts.Legs[leg].Rank;
        nodes[i] = new Node(-1, -1);
        for (i /= 2; i > 0; i /= 2) { nodes[i] = Join(nodes[i * 2], nodes[(i * 2) + 1], tree.Measure); }
    }

    /// <summary>The first free leg from one place on and before another that traded worse than the front leg; −1 without any.</summary>
    /// <param name="front">Leg whose price is asked for; −1 takes any price.</param>
    /// <param name="wrapper">Private program whose legs do not count; −1 for none.</param>
    public int FindFirst(int number, int from, int to, int front, int wrapper)
    {
        ref readonly var tree = ref _trees[number];
        return from >= to ? -1 : Find(tree, 1, 0, tree.Size, from, to, front, wrapper);
    }

    private int Find(in Tree tree, int node, int left, int right, int from, int to, int front, int wrapper)
    {
        if (right <= from || left >= to || !Holds(tree, _nodes[tree.Nodes + node], front, wrapper)) { return -1; }
        if (right - left == 1) { return left; }
        var middle = (left + right) / 2;
        var found = Find(tree, node * 2, left, middle, from, to, front, wrapper);
        return found >= 0 ? found : Find(tree, (node * 2) + 1, middle, right, from, to, front, wrapper);
    }

    private bool Holds(in Tree tree, in Node node, int front, int wrapper)
    {
        var leg = node.Worst;
        if (leg >= 0 && wrapper >= 0 && WrapperOf(leg) == wrapper) { leg = node.WorstOfOthers; }
        return leg >= 0 && (front < 0 || facts.IsWorse(leg, front, tree.Measure));
    }

    private Node Join(in Node left, in Node right, PriceMeasure measure)
    {
        if (left.Worst < 0) { return right; }
        if (right.Worst < 0) { return left; }
        var (worst, other) = IsWorse(right.Worst, left.Worst, measure) ? (right, left) : (left, right);
        var second = WrapperOf(other.Worst) != WrapperOf(worst.Worst) ? other.Worst : other.WorstOfOthers;
        if (second < 0 || (worst.WorstOfOthers >= 0 && IsWorse(worst.WorstOfOthers, second, measure))) { second = worst.WorstOfOthers; }
        return new Node(worst.Worst, second);
    }

    private bool IsWorse(int left, int right, PriceMeasure measure) => facts.IsWorse(left, right, measure);

    private int WrapperOf(int leg) => facts.TxFacts[facts.Legs[leg].Tx].PrivateWrapper;

    private readonly record struct Node(int Worst, int WorstOfOthers);

    private struct Tree
    {
        public int Items, Nodes, Count, Size;
        public PriceMeasure Measure;
    }
}

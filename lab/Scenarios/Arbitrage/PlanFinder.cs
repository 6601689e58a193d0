namespace Sluice.Lab.Scenarios.Arbitrage;

/// <summary>Finds pools through which a class of arbitrage could go; whether it pays is decided later.</summary>
internal sealed class PlanFinder(Stage stage, Market market)
{
    private const int Attempts = 300;

    private readonly List<Leg> _parallel = new(16);

    /// <summary>A plan of the class, or null where chance found none.</summary>
    public Plan? Find(string label)
    {
        for (var i = 0; i < Attempts; i++)
        {
            var plan = label switch
            {
                ArbitrageClass.Cyclic => Circle(2 + stage.Random.Below(3)),
                ArbitrageClass.CrossPair => Split(),
                ArbitrageClass.Stable => BetweenDollars(),
                _ => OutOfOrder(),
            };
            if (plan is not null) { return plan; }
        }

        return null;
    }

    /// <summary>A circle of so many legs from SOL, a dollar token or, now and then, another mint.</summary>
    public Plan? Circle(int legs, bool inSol = false)
    {
        var route = new List<Leg>(4);
        var draw = stage.Random.Below(100);
        var start = inSol || draw < 68 ? 0 : draw < 88 ? 1 : draw < 94 ? 2 : stage.Random.Below(stage.World.Mints.Count);
        return market.TryCircle(stage.Random, stage.World.Mints[start], legs, route)
            ? new Plan { Shape = Shape.Chain, Legs = route, Class = ArbitrageClass.Cyclic }
            : null;
    }

    /// <summary>Two pools of one pair against a third: one junction between legs does not fit.</summary>
    private Plan? Split()
    {
        var start = stage.World.Mints[stage.Random.PerMille(700) ? 0 : 1];
        var from = market.From(start);
        var bought = from[stage.Random.Below(from.Count)].MintOut;
        _parallel.Clear();
        foreach (var leg in from)
        {
            if (leg.MintOut == bought) { _parallel.Add(leg); }
        }

        if (_parallel.Count < 3) { return null; }
        var at = stage.Random.Below(_parallel.Count);
        Leg Next() => _parallel[at++ % _parallel.Count];
        static Leg Back(Leg leg) => new(leg.Pool, !leg.AToB);
        var buys = stage.Random.PerMille(500);
        List<Leg> legs = buys ? [Next(), Next(), Back(Next())] : [Next(), Back(Next()), Back(Next())];
        return new Plan
        {
            Shape = buys ? Shape.SplitBuy : Shape.SplitSell,
            Legs = legs,
            Class = ArbitrageClass.CrossPair,
            SplitPercent = (byte)(30 + stage.Random.Below(41)),
        };
    }

    /// <summary>From one dollar token through one or two others to the other dollar token.</summary>
    private Plan? BetweenDollars()
    {
        var first = 1 + stage.Random.Below(2);
        var (start, end) = (stage.World.Mints[first], stage.World.Mints[3 - first]);
        var route = new List<Leg>(4);
        if (!market.TryWalk(stage.Random, start, 1 + stage.Random.Below(2), route)) { return null; }
        foreach (var leg in route)
        {
            if (leg.MintOut == end) { return null; }
        }

        foreach (var leg in market.From(route[^1].MintOut))
        {
            if (leg.MintOut != end || Market.Uses(route, leg.Pool)) { continue; }
            route.Add(leg);
            return new Plan { Shape = Shape.Chain, Legs = route, Class = ArbitrageClass.Stable };
        }

        return null;
    }

    /// <summary>A circle of four whose third leg is executed before its second: no two neighbours fit.</summary>
    private Plan? OutOfOrder()
    {
        var circle = Circle(4);
        return circle is null ? null : new Plan { Shape = Shape.Shuffled, Legs = circle.Legs, Class = ArbitrageClass.LongTail };
    }
}

/// <summary>Names of the classes of atomic arbitrage.</summary>
internal static class ArbitrageClass
{
    public const string Cyclic = "cyclic";
    public const string CrossPair = "cross-pair";
    public const string Stable = "stable";
    public const string LongTail = "long-tail";
}

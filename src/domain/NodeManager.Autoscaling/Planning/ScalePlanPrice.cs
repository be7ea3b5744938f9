using NodeManager.Autoscaling.Planning.Inputs;

namespace NodeManager.Autoscaling.Planning;

/// <summary>The price of all machines after a plan.</summary>
public static class ScalePlanPrice
{
    /// <summary>For one hour, as far as pools have prices; null: none has.</summary>
    public static decimal? Of(ScalePlan plan)
    {
        List<decimal> known =
        [
            .. plan
                .Nodes.Where(static node => node.Decision != AutoscalerDecision.Remove)
                .Select(static node => node.Price)
                .OfType<decimal>(),
            .. plan.Machines.Select(static machine => machine.Price).OfType<decimal>(),
        ];
        return known.Count > 0 ? known.Sum()
            : plan.Nodes.Any(static node => node.Price is not null) ? 0
            : null;
    }

    /// <summary>The currency of all pools; empty without prices.</summary>
    public static string CurrencyOf(ScaleInput input) =>
        input.Pools.Select(static pool => pool.Spec.Price?.Currency).FirstOrDefault(static one => one is { Length: > 0 }) ?? "";
}

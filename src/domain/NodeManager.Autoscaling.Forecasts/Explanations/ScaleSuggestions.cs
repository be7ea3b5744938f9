using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Forecasts.Assumptions;
using NodeManager.Autoscaling.Planning.Demand;
using NodeManager.NodePools.Documents;
using NodeManager.Scheduling;

namespace NodeManager.Autoscaling.Forecasts.Explanations;

/// <summary>
/// The cheapest single change of a pool that would place a pod, or let a node be removed. The planner verifies each: no rule is repeated
/// here.
/// </summary>
internal sealed class ScaleSuggestions(ScaleInput input, ScalePlan plan, CancellationToken cancellationToken)
{
    /// <summary>The explained specifications of pods: each takes a dozen plans.</summary>
    public const int MaximumSpecifications = 10;

    private readonly decimal? _price = ScalePlanPrice.Of(plan);
    private readonly string _currency = ScalePlanPrice.CurrencyOf(input);

    /// <summary>Adds suggestions to pods that wait. Pods of one specification share the change that would place all of them.</summary>
    public void AddTo(IReadOnlyList<NodeScalePlanPod> pods)
    {
        Dictionary<string, Pod> byUid = input
            .Pods.Where(static pod => pod.Metadata.Uid is not null)
            .DistinctBy(static pod => pod.Metadata.Uid)
            .ToDictionary(static pod => pod.Metadata.Uid!, StringComparer.Ordinal);
        foreach (
            IGrouping<string, NodeScalePlanPod> alike in pods.Where(pod =>
                    pod.Decision == AutoscalerDecision.Wait && byUid.ContainsKey(pod.Uid)
                )
                .GroupBy(pod => PodSpecificationKey.Of(byUid[pod.Uid]), StringComparer.Ordinal)
                .Take(MaximumSpecifications)
        )
        {
            NodeScaleSuggestion? found = Place([.. alike], byUid[alike.First().Uid]);
            foreach (NodeScalePlanPod pod in alike)
                pod.Suggestion = found;
        }
    }

    /// <summary>Adds a suggestion to a node that stays.</summary>
    public void AddTo(NodeScalePlanNode node)
    {
        if (node.Decision != AutoscalerDecision.Keep || input.Pools.FirstOrDefault(one => one.Metadata.Name == node.Pool) is not { } pool)
            return;
        bool IsRemovable(ScalePlan with) =>
            with.Nodes.Any(one => one.Claim == node.Claim && one.Node == node.Node && one.Decision != AutoscalerDecision.Keep);
        NodeSmithPoolSpec spec = pool.Spec;
        node.Suggestion = node.Reason switch
        {
            AutoscalerReason.MinNodes => Lower(pool, "limits.minNodes", spec.Limits.MinNodes, 0, IsRemovable),
            AutoscalerReason.NodeCount => Lower(pool, "nodeCount", spec.NodeCount ?? 0, spec.Limits.MinNodes, IsRemovable),
            AutoscalerReason.ConsolidationDisabled => Field(
                pool,
                "scaleDown.consolidation.mode",
                spec.ScaleDown?.Consolidation?.Mode ?? "Disabled",
                "SingleNode",
                IsRemovable
            ),
            AutoscalerReason.NotWorthwhile when spec.Price is not null => Field(
                pool,
                "scaleDown.consolidation.replace",
                "false",
                true,
                IsRemovable
            ),
            _ => null,
        };
    }

    private NodeScaleSuggestion? Place(List<NodeScalePlanPod> pods, Pod pod)
    {
        HashSet<string> uids = [.. pods.Select(static one => one.Uid)];
        bool IsPlaced(ScalePlan with) =>
            with.Pods.Count(one => uids.Contains(one.Uid) && one.Decision is AutoscalerDecision.Create or AutoscalerDecision.Place)
            == uids.Count;
        List<NodeScaleSuggestion> found = [];
        foreach (NodeSmithPool pool in input.Pools.Where(static one => one.Metadata.DeletionTimestamp is null))
        {
            NodeSmithPoolLimits limits = pool.Spec.Limits;
            foreach (
                (string field, long now) in (ReadOnlySpan<(string, long)>)
                    [("limits.maxNodes", limits.MaxNodes), ("limits.cpuCores", limits.CpuCores), ("limits.memoryMiB", limits.MemoryMiB)]
            )
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (now > 0 && Raise(pool, field, now, IsPlaced) is { } limit)
                    found.Add(limit);
            }

            if (Shape(pool, pod, IsPlaced) is { } shape)
                found.Add(shape);
        }

        return found.MinBy(static one => one.PriceChange ?? decimal.MaxValue);
    }

    // Without the limit first: its use is then enough.
    private NodeScaleSuggestion? Raise(NodeSmithPool pool, string field, long now, Predicate<ScalePlan> hasEffect)
    {
        if (Try(pool, field, 0) is not { } unlimited || !hasEffect(unlimited))
            return null;
        long used = UseOf(unlimited, pool.Metadata.Name, field);
        return used > now && Try(pool, field, used) is { } enough && hasEffect(enough)
            ? Nearest(pool, field, now, used, hasEffect)
            : Describe(pool, field, Text(now), "0", Patch(field, 0), unlimited);
    }

    private NodeScaleSuggestion? Lower(NodeSmithPool pool, string field, long now, long least, Predicate<ScalePlan> hasEffect) =>
        now > least && Try(pool, field, least) is { } lowest && hasEffect(lowest) ? Nearest(pool, field, now, least, hasEffect) : null;

    // The value next to the present one that has the effect.
    private NodeScaleSuggestion? Nearest(NodeSmithPool pool, string field, long now, long works, Predicate<ScalePlan> hasEffect)
    {
        for (long fails = now; Math.Abs(works - fails) > 1; )
        {
            cancellationToken.ThrowIfCancellationRequested();
            long middle = fails + ((works - fails) / 2);
            if (Try(pool, field, middle) is { } tried && hasEffect(tried))
                works = middle;
            else
                fails = middle;
        }

        return Try(pool, field, works) is { } nearest ? Describe(pool, field, Text(now), Text(works), Patch(field, works), nearest) : null;
    }

    private NodeScaleSuggestion? Field(NodeSmithPool pool, string field, string now, JsonNode value, Predicate<ScalePlan> hasEffect) =>
        Try(pool, field, value) is { } with && hasEffect(with) ? Describe(pool, field, now, Text(value), Patch(field, value), with) : null;

    // The smallest machine of whole cores and GiB for the pod, in a pool that states its sizes.
    private NodeScaleSuggestion? Shape(NodeSmithPool pool, Pod pod, Predicate<ScalePlan> hasEffect)
    {
        if (pool.Spec.MachineTemplate is not { Shapes: { Count: > 0 } shapes } template)
            return null;
        IReadOnlyDictionary<string, decimal> requests = PodRequests.Of(pod.Spec);
        long cores = (long)Math.Ceiling(requests.GetValueOrDefault("cpu") + ((template.SystemReserved?.CpuMillicores ?? 100) / 1000m)),
            gib =
                (long)
                    Math.Ceiling(
                        (requests.GetValueOrDefault("memory") / 1073741824m) + ((template.SystemReserved?.MemoryMiB ?? 256) / 1024m)
                    );
        JsonObject further = new(
            requests
                .Where(static one => one.Value > 0 && one.Key is not ("cpu" or "memory" or "pods"))
                .Select(static one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value.ToString(CultureInfo.InvariantCulture)))
        );
        // DaemonSet pods take a part as well.
        for (int more = 0; more < 3; more++)
        {
            (long count, long memory) = (Math.Max(1, cores + more), Math.Max(1, gib + more));
            string name = string.Create(CultureInfo.InvariantCulture, $"{count}x{memory}gi");
            if (shapes.Exists(one => one.Name == name))
                continue;
            JsonObject shape = new()
            {
                ["name"] = name,
                ["cpuCores"] = count,
                ["memoryMiB"] = memory << 10,
            };
            if (further.Count > 0)
                shape["resources"] = further.DeepClone();
            JsonArray all = (JsonArray)AssumedPool.SpecOf(pool)["machineTemplate"]!["shapes"]!.DeepClone();
            all.Add(shape);
            JsonObject patch = Patch("machineTemplate.shapes", all);
            if (Try(pool, patch) is not { } with || !hasEffect(with))
                continue;
            string extra = string.Concat(further.Select(static one => $"+{one.Key}={one.Value}"));
            string now = string.Join(", ", shapes.Select(static one => one.Name));
            return Describe(pool, "machineTemplate.shapes", now, $"{name}={count}x{memory}Gi{extra}", patch, with);
        }

        return null;
    }

    private NodeScaleSuggestion Describe(NodeSmithPool pool, string field, string now, string then, JsonObject patch, ScalePlan with)
    {
        string name = pool.Metadata.Name;
        decimal? change = ScalePlanPrice.Of(with) - _price;
        string action = field switch
        {
            "machineTemplate.shapes" => $"Add the shape {then} to pool '{name}'",
            "limits.maxNodes" or "limits.cpuCores" or "limits.memoryMiB" when then == "0" => $"Remove {field} ({now}) of pool '{name}'",
            "limits.maxNodes" or "limits.cpuCores" or "limits.memoryMiB" => $"Raise {field} of pool '{name}' from {now} to {then}",
            "limits.minNodes" or "nodeCount" => $"Lower {field} of pool '{name}' from {now} to {then}",
            _ => $"Change {field} of pool '{name}' from {now} to {then}",
        };
        string cost = change is not { } amount
            ? "."
            : string.Create(CultureInfo.InvariantCulture, $": {(amount < 0 ? "" : "+")}{amount:0.######} {_currency} an hour.");
        return new()
        {
            Pool = name,
            Field = field,
            Before = now,
            After = then,
            PriceChange = change,
            Currency = change is null ? "" : _currency,
            Patch = patch.ToJsonString(PoolSpecReader.Relaxed),
            Message = action + cost,
        };
    }

    private ScalePlan? Try(NodeSmithPool pool, string field, JsonNode value) => Try(pool, Patch(field, value));

    /// <summary>Null for a pool that breaks a rule.</summary>
    private ScalePlan? Try(NodeSmithPool pool, JsonObject patch)
    {
        NodeSmithPool assumed = AssumedPool.With(pool, patch);
        return NodeSmithRules.Check(assumed).Count > 0 ? null : ScalePlanner.Plan(AssumedPool.With(input, assumed), cancellationToken);
    }

    private static JsonObject Patch(string field, JsonNode value)
    {
        string[] path = field.Split('.');
        JsonNode patch = value.DeepClone();
        foreach (string name in path.Reverse())
            patch = new JsonObject { [name] = patch };
        return (JsonObject)patch;
    }

    private static string Text(JsonNode value) => value.ToString();

    /// <summary>What the pool has after a plan.</summary>
    private static long UseOf(ScalePlan plan, string pool, string field)
    {
        NodeScalePlanPool now = plan.Pools.First(one => one.Pool == pool);
        List<NodeScalePlanMachine> machines = [.. plan.Machines.Where(one => one.Pool == pool)];
        return field switch
        {
            "limits.maxNodes" => now.Nodes + machines.Count,
            "limits.cpuCores" => (long)Math.Ceiling(now.CpuCores) + machines.Sum(static one => one.CpuCores),
            _ => ((now.Memory + (1 << 20) - 1) >> 20) + machines.Sum(static one => one.Memory >> 20),
        };
    }
}

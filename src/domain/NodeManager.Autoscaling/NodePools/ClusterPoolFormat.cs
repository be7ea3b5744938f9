using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Core.Errors;
using NodeManager.Kubernetes.Validation;
using NodeManager.NodePools;
using NodeManager.NodePools.Documents;

namespace NodeManager.Autoscaling.NodePools;

/// <summary>The specification format of NodeSmithPools: a provider of machines, limits, a machine template.</summary>
public sealed class ClusterPoolFormat : IPoolFormat
{
    // Its claims are called NAME-NUMBER, and its nodes carry the name as a label.
    private const int LongestName = 50;

    private const string NodeCount = "nodeCount",
        Limits = "limits",
        Template = "machineTemplate",
        Window = "stabilizationWindow";

    public static ClusterPoolFormat Instance { get; } = new();

    public IReadOnlyList<string> ScalingFields { get; } =
    [
        "spec.nodeCount",
        "spec.limits.minNodes",
        "spec.limits.maxNodes",
        "spec.limits.cpuCores",
        "spec.limits.memoryMiB",
        "spec.headroom",
        "spec.headroom.cpuCores",
        "spec.headroom.memoryMiB",
        "spec.scaleDown.consolidation",
        "spec.scaleDown.consolidation.mode",
    ];

    /// <summary>True for a specification with fields of a NodeSmithPool.</summary>
    public static bool IsFormatOf(JsonObject spec) => PoolFields.OfCluster.Any(spec.ContainsKey);

    /// <summary>Parses a specification.</summary>
    /// <exception cref="JsonException">A value has the wrong type; <see cref="JsonException.Path"/> says which.</exception>
    public static NodeSmithPoolSpec Parse(JsonObject spec) => spec.Deserialize(NodeSmithJson.Default.NodeSmithPoolSpec) ?? new();

    public NodePoolSpec Read(JsonObject spec)
    {
        NodeSmithPoolSpec pool;
        try
        {
            pool = Parse(spec);
        }
        catch (JsonException)
        {
            pool = new();
        }

        NodeSmithMachineTemplate template = pool.MachineTemplate;
        ItemList<NodePoolShape> shapes = new([
            .. (template.Shapes ?? []).Select(one => new NodePoolShape
            {
                Name = one.Name,
                CpuCores = one.CpuCores,
                Memory = one.MemoryMiB << 20,
                Zone = one.Zone ?? "",
                Resources = new((one.Resources ?? []).ToDictionary(static pair => pair.Key, static pair => pair.Value.Text)),
                Labels = new(one.Labels ?? []),
                Price = pool.Price?.OfShape(one.Name),
            }),
        ]);
        return new()
        {
            Platform = new()
            {
                MachineType = string.Join(',', shapes.Select(static one => one.Name)),
                Zones = new([.. shapes.Select(static one => one.Zone).Where(static zone => zone.Length > 0).Distinct()]),
                Labels = new(template.Labels ?? []),
                Taints = Map(template.Taints),
            },
            NodeProvider = pool.ProviderRef,
            Shapes = shapes,
            StartupTaints = Map(template.StartupTaints),
            Priority = pool.Priority ?? 0,
            Currency = pool.Price?.Currency ?? "",
            CpuLimit = pool.Limits.CpuCores > 0 ? pool.Limits.CpuCores : null,
            MemoryLimit = pool.Limits.MemoryMiB > 0 ? pool.Limits.MemoryMiB << 20 : null,
            NodeCount = pool.NodeCount,
            Autoscaling = new()
            {
                Enabled = true,
                MinNodes = pool.Limits.MinNodes,
                MaxNodes = pool.Limits.MaxNodes > 0 ? pool.Limits.MaxNodes : null,
                ScaleDownDelay = PoolDuration.Parse(pool.ScaleDown?.StabilizationWindow),
                ScaleUpDelay = PoolDuration.Parse(pool.ScaleUp?.StabilizationWindow),
            },
            ScaleDown = Read(pool.ScaleDown ?? new()),
            DrainTimeout = PoolDuration.Parse(template.TerminationGracePeriod),
            Json = spec.ToJsonString(PoolSpecReader.Relaxed),
        };
    }

    private static NodePoolScaleDown Read(NodeSmithScaleDown rules) =>
        new()
        {
            Consolidation = rules.Consolidation?.Mode ?? "Disabled",
            ReplaceByCost = rules.Consolidation?.Replace == true,
            ReplaceDrifted = rules.ReplaceDrifted == true,
            ExpireAfter = PoolDuration.Parse(rules.ExpireAfter),
            Budgets = new([
                .. (rules.Budgets ?? []).Select(static one => new NodePoolBudget
                {
                    Nodes = one.Nodes,
                    Reasons = new(one.Reasons ?? []),
                    Schedule = one.Schedule ?? "",
                    Duration = one.Duration ?? "",
                }),
            ]),
        };

    public IReadOnlyList<NodePoolFinding> Check(string? name, JsonObject spec)
    {
        List<NodePoolFinding> findings = [];
        void Add(string severity, string field, string message) =>
            findings.Add(
                new()
                {
                    Severity = severity,
                    Field = field,
                    Message = message,
                }
            );

        if (name is not null && NameRule(name) is { } rule)
            Add(NodePoolFinding.Error, "name", $"'{name}' is not valid: {rule}");
        if (spec.ContainsKey(PoolFields.Platform))
            Add(
                NodePoolFinding.Error,
                "spec.platform",
                "belongs to a pool service; the machines of a NodeSmithPool come from the NodeSmithProvider that providerRef names"
            );
        if (spec.ContainsKey(PoolFields.Autoscaling))
            Add(
                NodePoolFinding.Error,
                "spec.autoscaling",
                "is a pool service's: a NodeSmithPool always scales between limits.minNodes and limits.maxNodes"
            );
        if (!spec.ContainsKey("providerRef"))
            Add(NodePoolFinding.Error, "spec.providerRef", "is required: the name of the NodeSmithProvider that creates the machines");
        try
        {
            NodeSmithPoolSpec pool = Parse(spec);
            foreach (FieldProblem problem in NodeSmithRules.Check(new NodeSmithPool { Spec = pool }))
                if (problem.Path != "spec.providerRef" || spec.ContainsKey("providerRef"))
                    Add(NodePoolFinding.Error, problem.Path, problem.Message);
            foreach (string field in Unknown(pool).Where(static one => one is not ("spec.platform" or "spec.autoscaling")))
                Add(
                    NodePoolFinding.Warning,
                    field,
                    "is not a field that a NodeSmithPool has, and the server drops it. Names are case-sensitive"
                );
        }
        catch (JsonException wrong)
        {
            Add(NodePoolFinding.Error, $"spec{wrong.Path?.TrimStart('$')}", "has the wrong type");
        }

        return findings;
    }

    public JsonObject PatchOf(PoolChange change, JsonObject spec, string name)
    {
        if (FirstOf(change) is var (parameter, why))
        {
            throw new NodeManagerException(
                ErrorIds.NodePoolFieldUnsupported,
                ErrorKind.InvalidArgument,
                $"Node pool '{name}' is a NodeSmithPool of the cluster, which has no field for -{parameter}: {why}.",
                name,
                $"Leave out -{parameter}. -Provider Service works on pools of a pool service."
            );
        }

        var patch = new JsonObject();
        if (change.NodeProvider is { } provider)
            patch["providerRef"] = provider;
        if (change.NodeCount is { } count)
            patch[NodeCount] = count;
        var limits = new JsonObject();
        if (change.Scaling.MinNodes is { } min)
            limits["minNodes"] = min;
        if (change.Scaling.MaxNodes is { } max)
            limits["maxNodes"] = max;
        if (change.CpuLimit is { } cpu)
            limits["cpuCores"] = cpu;
        if (change.MemoryLimit is { } memory)
            limits["memoryMiB"] = memory >> 20;
        if (limits.Count > 0)
            patch[Limits] = limits;
        if (PoolSpecWriter.Write(change.ScaleDown, change.Scaling.ScaleDownDelay) is { Count: > 0 } down)
            patch["scaleDown"] = down;
        if (change.Scaling.ScaleUpDelay is { } up)
            patch["scaleUp"] = new JsonObject { [Window] = PoolDuration.Format(up) };
        if (change.Priority is { } priority)
            patch["priority"] = priority;
        if (Price(change, spec) is { Count: > 0 } price)
            patch["price"] = price;
        if (Machine(change) is { Count: > 0 } machine)
            patch[Template] = machine;
        return change.Patch is null ? patch : PoolMerge.Join(patch, change.Patch);
    }

    private static JsonObject Machine(PoolChange change)
    {
        var machine = new JsonObject();
        if (change.Labels is { } labels)
            machine["labels"] = PoolSpecWriter.Write(labels);
        if (change.Taints is { } taints)
            machine["taints"] = PoolSpecWriter.Write(taints);
        if (change.StartupTaints is { } startup)
            machine["startupTaints"] = PoolSpecWriter.Write(startup);
        if (change.Extensions.DrainTimeout is { } timeout)
            machine["terminationGracePeriod"] = PoolDuration.Format(timeout);
        if (change.Shapes is { } shapes)
        {
            machine["shapes"] =
                shapes.Count == 0
                    ? null
                    : new JsonArray([
                        .. shapes.Select(static one =>
                        {
                            var shape = new JsonObject
                            {
                                ["name"] = one.Name,
                                ["cpuCores"] = one.CpuCores,
                                ["memoryMiB"] = one.Memory >> 20,
                            };
                            if (one.Zone.Length > 0)
                                shape["zone"] = one.Zone;
                            if (one.Resources.Count > 0)
                                shape["resources"] = PoolSpecWriter.Write(one.Resources!);
                            if (one.Labels.Count > 0)
                                shape["labels"] = PoolSpecWriter.Write(one.Labels!);
                            return shape;
                        }),
                    ]);
        }

        return machine;
    }

    // New shapes replace the prices of the former ones. Prices lie outside the template: a new price makes no node outdated.
    private static JsonObject Price(PoolChange change, JsonObject spec)
    {
        var price = new JsonObject();
        if (change.Currency is { } currency)
            price["currency"] = currency;
        if (change.Shapes is not { } shapes)
            return price;
        var ofShapes = new JsonObject();
        foreach ((string former, _) in (spec["price"]?["shapes"] as JsonObject) ?? [])
            ofShapes[former] = null;
        foreach (NodePoolShape one in shapes.Where(static one => one.Price is not null))
            ofShapes[one.Name] = one.Price!.Value.ToString(CultureInfo.InvariantCulture);
        if (ofShapes.Count > 0)
            price["shapes"] = ofShapes;
        return price;
    }

    // Fields that only a service's pool has, and why this one does not.
    private static (string Parameter, string Why)? FirstOf(PoolChange change)
    {
        const string Cloud = "its machines come from its NodeSmithProvider, in the sizes of its shapes";
        const string Scaling = "the autoscaler adds nodes for pods that wait and removes nodes that nothing needs";
        const string Rolls = "Update-NodePool takes it as a parameter";
        (bool IsGiven, string Parameter, string Why)[] others =
        [
            (change.MachineType is not null, "MachineType", Cloud),
            (change.DiskSizeGB is not null, "DiskSizeGB", Cloud),
            (change.DiskType is not null, "DiskType", Cloud),
            (change.Zones is not null, "Zone", "its zones come from its NodeSmithProvider, or from each of its shapes"),
            (change.Spot is not null, "Spot", Cloud),
            (change.Accelerators is not null, "Accelerator", Cloud),
            (change.UserData is not null, "UserData", "the bootstrap is configured in its NodeSmithProvider"),
            (
                change.Scaling.Enabled == false,
                "EnableAutoscaling",
                "it always scales between its minimum and maximum; equal numbers keep its size constant"
            ),
            (change.Scaling.TargetCpuUtilization is not null, "TargetCpuUtilization", Scaling),
            (change.Scaling.TargetMemoryUtilization is not null, "TargetMemoryUtilization", Scaling),
            (change.Extensions.Release is not null, "Release", "the release is configured in its NodeSmithProvider"),
            (change.Extensions.MaxSurge is not null, "MaxSurge", Rolls),
            (change.Extensions.MaxUnavailable is not null, "MaxUnavailable", Rolls),
        ];
        return others.FirstOrDefault(static one => one.IsGiven) is { IsGiven: true } found ? (found.Parameter, found.Why) : null;
    }

    private static string? NameRule(string name) =>
        KubernetesNames.CheckSubdomain(name)
        ?? (
            name.Length > LongestName
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"must be no more than {LongestName} characters, as names of claims and machines begin with it"
                )
                : null
        );

    private static ItemList<NodeTaint> Map(IEnumerable<Kubernetes.Models.Taint>? taints) =>
        new([
            .. (taints ?? []).Select(static one => new NodeTaint
            {
                Key = one.Key,
                Value = one.Value ?? "",
                Effect = one.Effect,
            }),
        ]);

    private static IEnumerable<string> Unknown(NodeSmithPoolSpec pool)
    {
        (string Path, PreservedPart? Part)[] parts =
        [
            ("spec", pool),
            ("spec.limits", pool.Limits),
            ("spec.machineTemplate", pool.MachineTemplate),
            ("spec.scaleUp", pool.ScaleUp),
            ("spec.scaleDown", pool.ScaleDown),
            ("spec.scaleDown.consolidation", pool.ScaleDown?.Consolidation),
            ("spec.headroom", pool.Headroom),
            ("spec.price", pool.Price),
            ("spec.machineTemplate.minimum", pool.MachineTemplate.Minimum),
            ("spec.machineTemplate.systemReserved", pool.MachineTemplate.SystemReserved),
        ];
        return parts.SelectMany(static one => (one.Part?.Unknown?.Keys ?? Enumerable.Empty<string>()).Select(key => $"{one.Path}.{key}"));
    }
}

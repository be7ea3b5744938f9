namespace NodeManager.NodePools.Documents;

/// <summary>Writes the given fields only: the result is a specification, or a merge patch of one.</summary>
public static class PoolSpecWriter
{
    private static readonly string[] Modes = ["Disabled", "SingleNode", "MultiNode"];

    /// <exception cref="NodeManagerException">NodePoolInvalid, NodePoolFieldUnsupported: the platform has no such field.</exception>
    public static JsonObject Write(NodePoolPlatform platform)
    {
        PlatformFields fields =
            PlatformFields.Of(platform.Type)
            ?? throw new NodeManagerException(
                ErrorIds.NodePoolInvalid,
                ErrorKind.InvalidArgument,
                $"'{platform.Type}' is not a platform of node pools.",
                platform,
                $"Use one of {string.Join(", ", NodePoolPlatformType.All)}."
            );
        var machine = new JsonObject();
        if (platform.MachineType.Length > 0)
            machine[fields.MachineType] = platform.MachineType;
        if (platform.DiskSizeGB is { } size)
            machine[fields.DiskSize] = size;
        if (platform.DiskType.Length > 0)
            machine[fields.DiskType] = platform.DiskType;
        if (platform.Zones.Count > 0)
            machine[fields.Zones] = platform.Zones.ToJson();
        if (platform.Spot is { } spot)
            machine[fields.Spot] = spot;
        Add(PlatformFields.Accelerators, platform.Accelerators.Count > 0, () => new JsonArray([.. platform.Accelerators.Select(Write)]));
        Add(
            PlatformFields.Labels,
            platform.Labels.Count > 0,
            () => new JsonObject(platform.Labels.Select(static one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value)))
        );
        Add(PlatformFields.Taints, platform.Taints.Count > 0, () => new JsonArray([.. platform.Taints.Select(Write)]));
        Add(PlatformFields.UserData, platform.UserData.Length > 0, () => platform.UserData);
        return new() { ["type"] = fields.Type, [fields.Type] = machine };

        void Add(string field, bool isGiven, Func<JsonNode?> value)
        {
            if (!isGiven)
                return;
            if (!fields.Others.Contains(field))
            {
                throw new NodeManagerException(
                    ErrorIds.NodePoolFieldUnsupported,
                    ErrorKind.InvalidArgument,
                    $"Node pools of platform '{fields.Type}' have no field '{field}'.",
                    platform,
                    $"Leave out {field}. Platform '{fields.Type}' has {string.Join(", ", fields.All)}."
                );
            }

            machine[field] = value();
        }
    }

    /// <summary>The given fields; null for none.</summary>
    public static JsonObject? Write(PoolScaling scaling)
    {
        var written = new JsonObject();
        if (scaling.Enabled is { } enabled)
            written["enabled"] = enabled;
        if (scaling.MinNodes is { } min)
            written["minNodes"] = min;
        if (scaling.MaxNodes is { } max)
            written["maxNodes"] = max;
        if (scaling.TargetCpuUtilization is { } cpu)
            written["targetCPUUtilization"] = cpu;
        if (scaling.TargetMemoryUtilization is { } memory)
            written["targetMemoryUtilization"] = memory;
        if (scaling.ScaleDownDelay is { } down)
            written["scaleDownDelay"] = PoolDuration.Format(down);
        if (scaling.ScaleUpDelay is { } up)
            written["scaleUpDelay"] = PoolDuration.Format(up);
        return written.Count > 0 ? written : null;
    }

    /// <summary>The given fields of <c>scaleDown</c> of a NodeSmithPool; empty for none.</summary>
    /// <param name="window">The stabilization window; null: not given.</param>
    public static JsonObject Write(PoolScaleDown change, TimeSpan? window)
    {
        JsonObject written = [],
            consolidation = [];
        if (window is { } down)
            written["stabilizationWindow"] = PoolDuration.Format(down);
        if (change.Consolidation is { } mode)
            consolidation["mode"] = Modes.FirstOrDefault(one => string.Equals(one, mode, StringComparison.OrdinalIgnoreCase)) ?? mode;
        if (change.ReplaceByCost is { } byCost)
            consolidation["replace"] = byCost;
        if (consolidation.Count > 0)
            written["consolidation"] = consolidation;
        if (change.ReplaceDrifted is { } drifted)
            written["replaceDrifted"] = drifted;
        if (change.ExpireAfter is { } age)
            written["expireAfter"] = age == TimeSpan.Zero ? null : PoolDuration.Format(age);
        if (change.Budgets is { } budgets)
            written["budgets"] = BudgetText.Write(budgets);
        return written;
    }

    /// <summary>The given extensions; empty for none.</summary>
    public static JsonObject Write(PoolExtensions extensions)
    {
        var written = new JsonObject();
        if (extensions.Release is { } release)
            written[PoolFields.Release] = release;
        if (extensions.DrainTimeout is { } timeout)
            written[PoolFields.DrainTimeout] = PoolDuration.Format(timeout);
        var rollout = new JsonObject();
        if (extensions.MaxSurge is { } surge)
            rollout[PoolFields.MaxSurge] = surge;
        if (extensions.MaxUnavailable is { } unavailable)
            rollout[PoolFields.MaxUnavailable] = unavailable;
        if (rollout.Count > 0)
            written[PoolFields.Rollout] = rollout;
        return written;
    }

    /// <summary>A merge patch of labels: null removes one.</summary>
    public static JsonObject Write(IReadOnlyDictionary<string, string?> labels) =>
        new(labels.Select(static one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value)));

    /// <summary>Null for none, which removes them.</summary>
    public static JsonArray? Write(IReadOnlyList<NodeTaint> taints) => taints.Count == 0 ? null : new([.. taints.Select(Write)]);

    internal static JsonNode? Write(NodePoolAccelerator one) => new JsonObject { ["type"] = one.Type, ["count"] = one.Count };

    internal static JsonNode? Write(NodeTaint taint)
    {
        var written = new JsonObject { ["key"] = taint.Key };
        if (taint.Value.Length > 0)
            written["value"] = taint.Value;
        written["effect"] = taint.Effect;
        return written;
    }
}

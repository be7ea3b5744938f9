using NodeManager.Kubernetes.Timing;
using NodeManager.Kubernetes.Validation;

namespace NodeManager.SchedulerConfigurations.Validation;

/// <summary>The valid ranges of the built-in plugins' arguments.</summary>
internal static class ArgumentRules
{
    public static IEnumerable<SchedulerConfigurationFinding> Check(
        ValidationContext context,
        YamlPath path,
        string plugin,
        YamlNode arguments,
        bool runs
    ) =>
        plugin switch
        {
            "DefaultPreemption" => Preemption(context, path, arguments),
            "InterPodAffinity" => Range(context, path, arguments, "hardPodAffinityWeight", 1, 0, 100),
            // 1.20 does not accept 0 for "do not wait" yet.
            "VolumeBinding" => Range(context, path, arguments, "bindTimeoutSeconds", 600, context.Minor <= 20 ? 1 : 0, long.MaxValue)
                .Concat(VolumeShape(context, path, arguments)),
            "PodTopologySpread" => SpreadRules.Check(context, path, arguments),
            "NodeAffinity" => AffinityRules.Check(context, path.Key("addedAffinity"), arguments.Value("addedAffinity")),
            "NodeResourcesFit" when runs => Fit(context, path, arguments),
            "NodeResourcesBalancedAllocation" => Balanced(context, path.Key("resources"), arguments.Value("resources")),
            "NodeResourcesLeastAllocated" or "NodeResourcesMostAllocated" when runs => Weights(
                context,
                path.Key("resources"),
                arguments.Value("resources"),
                zeroIsDefault: false
            ),
            "RequestedToCapacityRatio" when runs => Shape(context, path.Key("shape"), arguments.Value("shape")),
            "DynamicResources" => Dynamic(context, path, arguments),
            _ => [],
        };

    private static SchedulerConfigurationFinding Wrong(ValidationContext context, YamlPath path, string message, string action) =>
        context.Error("Argument", path, message, action);

    private static IEnumerable<SchedulerConfigurationFinding> Range(
        ValidationContext context,
        YamlPath path,
        YamlNode node,
        string name,
        long otherwise,
        long minimum,
        long maximum
    )
    {
        var value = ValidationContext.Number(node, name, otherwise);
        if (value < minimum || value > maximum)
            yield return Wrong(
                context,
                path.Key(name),
                maximum == long.MaxValue ? $"{value} is less than {minimum}" : $"{value} is not between {minimum} and {maximum}",
                maximum == long.MaxValue ? $"Give it {minimum} or more." : $"Give it {minimum} to {maximum}."
            );
    }

    private static IEnumerable<SchedulerConfigurationFinding> Preemption(ValidationContext context, YamlPath path, YamlNode arguments)
    {
        const string percentage = "minCandidateNodesPercentage";
        const string absolute = "minCandidateNodesAbsolute";
        foreach (
            var finding in Range(context, path, arguments, percentage, 10, 0, 100)
                .Concat(Range(context, path, arguments, absolute, 100, 0, long.MaxValue))
        )
            yield return finding;
        if (ValidationContext.Number(arguments, percentage, 10) == 0 && ValidationContext.Number(arguments, absolute, 100) == 0)
            yield return Wrong(context, path.Key(percentage), $"must not be 0 together with {absolute}", "Give one of them more than 0.");
    }

    private static IEnumerable<SchedulerConfigurationFinding> VolumeShape(ValidationContext context, YamlPath path, YamlNode arguments)
    {
        if (arguments.Value("shape") is not { IsNull: false } shape)
            return [];
        // From 1.37, the gate is on by default, and an empty shape is replaced by the default.
        if (context.Minor >= 37)
            return shape.Items.Count == 0 ? [] : Shape(context, path.Key("shape"), shape);
        var gate = context.Minor >= 33 ? "StorageCapacityScoring" : "VolumeCapacityPriority";
        return [Wrong(context, path.Key("shape"), $"is refused unless the feature gate {gate} is on", "Remove it, or turn the gate on.")];
    }

    private static IEnumerable<SchedulerConfigurationFinding> Fit(ValidationContext context, YamlPath path, YamlNode arguments)
    {
        foreach (var (index, name) in Texts(arguments, "ignoredResources"))
            if (LabelRules.CheckKey(name) is not null)
                yield return Wrong(
                    context,
                    path.Key("ignoredResources").Item(index),
                    $"'{name}' is not a resource name",
                    "Use one such as example.com/gpu."
                );
        foreach (var (index, name) in Texts(arguments, "ignoredResourceGroups"))
            if (name.Contains('/', StringComparison.Ordinal) || LabelRules.CheckKey(name) is not null)
                yield return Wrong(
                    context,
                    path.Key("ignoredResourceGroups").Item(index),
                    $"'{name}' is not a resource group",
                    "Use one such as example.com."
                );
        if (arguments.Value("scoringStrategy") is not { Kind: YamlNodeKind.Mapping } strategy)
            yield break;
        var place = path.Key("scoringStrategy");
        var type = ValidationContext.Text(strategy, "type") ?? "";
        if (type is not ("LeastAllocated" or "MostAllocated" or "RequestedToCapacityRatio"))
            yield return Wrong(
                context,
                place.Key("type"),
                $"'{type}' is not a strategy",
                "Use LeastAllocated, MostAllocated or RequestedToCapacityRatio."
            );
        foreach (var finding in Weights(context, place.Key("resources"), strategy.Value("resources"), zeroIsDefault: true))
            yield return finding;
        var ratio = strategy.Value("requestedToCapacityRatio");
        if (type == "RequestedToCapacityRatio")
        {
            foreach (var finding in Shape(context, place.Key("requestedToCapacityRatio").Key("shape"), ratio?.Value("shape")))
                yield return finding;
        }
        else if (ratio is { Kind: YamlNodeKind.Mapping })
        {
            yield return Wrong(
                context,
                place.Key("requestedToCapacityRatio"),
                $"belongs to the strategy of that name, not to {type}",
                "Remove it or change type."
            );
        }
    }

    private static IEnumerable<(int Index, string Text)> Texts(YamlNode node, string name) =>
        (node.Value(name)?.Items ?? []).Select((item, index) => (index, item.Resolved.IsNull ? "" : item.Resolved.Text));

    private static IEnumerable<SchedulerConfigurationFinding> Weights(
        ValidationContext context,
        YamlPath path,
        YamlNode? resources,
        bool zeroIsDefault
    )
    {
        var items = resources?.Items ?? [];
        for (var index = 0; index < items.Count; index++)
        {
            var weight = ValidationContext.Number(items[index].Resolved, "weight", zeroIsDefault ? 1 : 0);
            if ((weight <= 0 && !(zeroIsDefault && weight == 0)) || weight > 100)
                yield return Wrong(context, path.Item(index).Key("weight"), $"{weight} is not between 1 and 100", "Give it 1 to 100.");
        }
    }

    private static IEnumerable<SchedulerConfigurationFinding> Balanced(ValidationContext context, YamlPath path, YamlNode? resources)
    {
        var items = resources?.Items ?? [];
        var seen = new HashSet<string>();
        for (var index = 0; index < items.Count; index++)
        {
            if (!seen.Add(ValidationContext.Text(items[index].Resolved, "name") ?? ""))
                yield return Wrong(context, path.Item(index).Key("name"), "is named twice", "Name each resource once.");
            if (ValidationContext.Number(items[index].Resolved, "weight", 1) is not (0 or 1))
                yield return Wrong(context, path.Item(index).Key("weight"), "must be 1", "Write 1 or leave it out.");
        }
    }

    private static IEnumerable<SchedulerConfigurationFinding> Shape(ValidationContext context, YamlPath path, YamlNode? shape)
    {
        var points = shape?.Items ?? [];
        if (points.Count == 0)
            yield return Wrong(context, path, "needs at least one point", "Specify points such as {utilization: 0, score: 10}.");
        long last = -1;
        for (var index = 0; index < points.Count; index++)
        {
            var utilization = ValidationContext.Number(points[index].Resolved, "utilization", 0);
            if (utilization is < 0 or > 100)
                yield return Wrong(
                    context,
                    path.Item(index).Key("utilization"),
                    $"{utilization} is not between 0 and 100",
                    "Give it 0 to 100."
                );
            else if (utilization <= last)
                yield return Wrong(
                    context,
                    path.Item(index).Key("utilization"),
                    "must be greater than that of the point before",
                    "Sort the points."
                );
            if (ValidationContext.Number(points[index].Resolved, "score", 0) is var score and (< 0 or > 10))
                yield return Wrong(context, path.Item(index).Key("score"), $"{score} is not between 0 and 10", "Give it 0 to 10.");
            last = utilization;
        }
    }

    private static IEnumerable<SchedulerConfigurationFinding> Dynamic(ValidationContext context, YamlPath path, YamlNode arguments)
    {
        if (GoDuration.Parse(ValidationContext.Text(arguments, "filterTimeout") ?? "0") < TimeSpan.Zero)
            yield return Wrong(context, path.Key("filterTimeout"), "is negative", "Give it 0s or more.");
        if (GoDuration.Parse(ValidationContext.Text(arguments, "bindingTimeout") ?? "1s") < TimeSpan.FromSeconds(1))
            yield return Wrong(context, path.Key("bindingTimeout"), "is shorter than a second", "Give it 1s or more.");
    }
}

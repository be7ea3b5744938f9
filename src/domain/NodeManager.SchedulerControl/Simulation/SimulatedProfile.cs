using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Reading;
using NodeManager.SchedulerConfigurations.Yaml;
using NodeManager.Scheduling;

namespace NodeManager.SchedulerControl.Simulation;

/// <summary>A profile as the placement rules use it, and its parts that they do not know.</summary>
/// <param name="Rules">The active plugins, with weights and arguments.</param>
/// <param name="NotKnown">Active plugins without known rules, for all pods.</param>
/// <param name="NotKnownOfVolumes">Active plugins without known rules, only for pods with volumes.</param>
internal sealed record SimulatedProfile(SchedulingProfile Rules, IReadOnlyList<string> NotKnown, IReadOnlyList<string> NotKnownOfVolumes)
{
    private static readonly string[] FormerNames =
    [
        "NodeResourcesLeastAllocated",
        "NodeResourcesMostAllocated",
        "RequestedToCapacityRatio",
    ];
    private static readonly string[] IgnoringArguments = ["ignoredResources", "ignoredResourceGroups"];

    private static readonly HashSet<string> Volumes =
    [
        "VolumeRestrictions",
        "EBSLimits",
        "GCEPDLimits",
        "AzureDiskLimits",
        "CinderLimits",
        "NodeVolumeLimits",
        "VolumeZone",
    ];

    /// <summary>Plugins that decide when and how, not where; and those for pods with devices, which are not judged.</summary>
    private static readonly HashSet<string> Elsewhere =
    [
        "PrioritySort",
        "DefaultBinder",
        "DefaultPreemption",
        "SchedulingGates",
        "DynamicResources",
        "NodeDeclaredFeatures",
        "TopologyPlacementGenerator",
        "PodGroupPodsCount",
    ];

    /// <summary>The profiles of a configuration by name.</summary>
    public static IReadOnlyDictionary<string, SimulatedProfile> Of(SchedulerDocument document, int? minor, PluginCatalog catalog)
    {
        var api = SchedulerPlugins.ApiOf(document);
        var release = minor ?? api.AssumedMinor;
        var profiles = new Dictionary<string, SimulatedProfile>();
        foreach (var profile in document.Profiles)
            profiles[profile.Name] = Of(profile, new EffectiveProfile(profile, api, release, catalog));
        return profiles;
    }

    private static SimulatedProfile Of(SchedulerProfile profile, EffectiveProfile reading)
    {
        var filters = reading.At("filter").Select(plugin => plugin.Name).ToHashSet();
        var scores = reading
            .At(ExtensionPoints.Score)
            .Select(plugin => KeyValuePair.Create(plugin.Name, plugin.Weight == 0 ? 1 : plugin.Weight))
            .ToList();
        var unknown = filters
            .Except(SchedulingProfile.KnownFilters)
            .Concat(scores.Select(score => score.Key).Except(SchedulingProfile.KnownScores))
            .Concat(
                reading
                    .Points.SelectMany(reading.At)
                    .Concat(reading.MultiPoint)
                    .Select(plugin => plugin.Name)
                    .Where(name => PluginCatalog.Standard.Find(name) is not { IsBuiltIn: true })
            )
            .Distinct()
            .Where(name => !Elsewhere.Contains(name))
            .ToList();
        var rules = new SchedulingProfile
        {
            Name = profile.Name,
            Filters = filters,
            Scores = scores,
            Fit = Fit(profile),
            Former = FormerNames.ToDictionary(name => name, name => Former(profile, name)),
            BalancedResources =
            [
                .. Weights(profile.Arguments("NodeResourcesBalancedAllocation")?.Value("resources")).Select(pair => pair.Key),
            ],
            IgnoredResources = Ignored(profile.Arguments("NodeResourcesFit")),
            HardPodAffinityWeight = (int)Number(profile.Arguments("InterPodAffinity")?.Value("hardPodAffinityWeight"), 1),
            IgnorePreferredTermsOfExistingPods =
                profile.Arguments("InterPodAffinity")?.Value("ignorePreferredTermsOfExistingPods") is { } ignore
                && YamlScalar.Resolve(ignore) is true,
            DefaultConstraints = Constraints(profile.Arguments("PodTopologySpread")),
            AddedAffinity = profile.Arguments("NodeAffinity")?.Value("addedAffinity") is { } added
                ? Read(added, KubernetesJson.Default.NodeAffinity)
                : null,
        };
        return new SimulatedProfile(rules, [.. unknown.Where(name => !Volumes.Contains(name))], [.. unknown.Where(Volumes.Contains)]);
    }

    private static ResourceScoring Fit(SchedulerProfile profile)
    {
        var strategy = profile.Arguments("NodeResourcesFit")?.Value("scoringStrategy");
        return new ResourceScoring(
            strategy?.Value("type")?.Text is { Length: > 0 } type ? type : ResourceScoring.LeastAllocated,
            Weights(strategy?.Value("resources")),
            Shape(strategy?.Value("requestedToCapacityRatio")?.Value("shape"))
        );
    }

    private static ResourceScoring Former(SchedulerProfile profile, string plugin)
    {
        var type = plugin switch
        {
            "NodeResourcesMostAllocated" => ResourceScoring.MostAllocated,
            "RequestedToCapacityRatio" => ResourceScoring.RequestedToCapacityRatio,
            _ => ResourceScoring.LeastAllocated,
        };
        return new ResourceScoring(
            type,
            Weights(profile.Arguments(plugin)?.Value("resources")),
            Shape(profile.Arguments(plugin)?.Value("shape"))
        );
    }

    private static IReadOnlyList<KeyValuePair<string, long>> Weights(YamlNode? resources) =>
        resources is { Items.Count: > 0 }
            ?
            [
                .. resources.Items.Select(item =>
                    KeyValuePair.Create(item.Resolved.Value("name")?.Text ?? "", Math.Max(1, Number(item.Resolved.Value("weight"), 1)))
                ),
            ]
            : ResourceScoring.CpuAndMemory;

    private static List<KeyValuePair<long, long>> Shape(YamlNode? shape) =>
        [
            .. (shape?.Items ?? []).Select(point =>
                KeyValuePair.Create(Number(point.Resolved.Value("utilization"), 0), Number(point.Resolved.Value("score"), 0))
            ),
        ];

    private static HashSet<string> Ignored(YamlNode? arguments) =>
        [.. IgnoringArguments.SelectMany(name => arguments?.Value(name)?.Items ?? []).Select(item => item.Resolved.Text)];

    private static IReadOnlyList<TopologySpreadConstraint> Constraints(YamlNode? arguments)
    {
        if (arguments?.Value("defaultConstraints") is { Items.Count: > 0 } own)
            return [.. own.Items.Select(item => Read(item, KubernetesJson.Default.TopologySpreadConstraint))];
        return arguments?.Value("defaultingType")?.Text == "List" ? [] : SchedulingProfile.SystemConstraints;
    }

    private static long Number(YamlNode? node, long otherwise) =>
        node is null
            ? otherwise
            : YamlScalar.Resolve(node) switch
            {
                long number => number,
                double number => (long)number,
                _ => otherwise,
            };

    private static T Read<T>(YamlNode node, JsonTypeInfo<T> type) => Json(YamlValue.Of(node)).Deserialize(type)!;

    private static JsonNode? Json(object? value) =>
        value switch
        {
            OrderedDictionary<string, object?> map => new JsonObject(map.Select(pair => KeyValuePair.Create(pair.Key, Json(pair.Value)))),
            List<object?> list => new JsonArray([.. list.Select(Json)]),
            string text => JsonValue.Create(text),
            bool truth => JsonValue.Create(truth),
            long number => JsonValue.Create(number),
            double number => JsonValue.Create(number),
            _ => null,
        };
}

namespace NodeManager.SchedulerConfigurations.Catalog;

/// <summary>
/// kube-scheduler's own plugins with their extension points and arguments. Sources: the scheduler configuration reference and API of
/// Kubernetes 1.19 to 1.36; 1.20 and 1.36 were tested, plugin by plugin and point by point.
/// </summary>
internal static class BuiltInPlugins
{
    private const string Resources = "[{name: string, weight: int64}]";
    private const string Shape = "[{utilization: int32, score: int32}]";
    private const string Expressions = "[{key: string, operator: string, values: [string]}]";
    private const string NodeTerm = "{matchExpressions: " + Expressions + ", matchFields: " + Expressions + "}";
    private const string Selector = "{matchLabels: {'*': string}, matchExpressions: " + Expressions + "}";

    private const string Spread =
        "{defaultConstraints: [{maxSkew: int32, topologyKey: string, whenUnsatisfiable: string, labelSelector: "
        + Selector
        + ", minDomains@24: int32, nodeAffinityPolicy@25: string, nodeTaintsPolicy@25: string, matchLabelKeys@25: [string]}], defaultingType: string}";

    private const string Affinity =
        "{addedAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: ["
        + NodeTerm
        + "]}, "
        + "preferredDuringSchedulingIgnoredDuringExecution: [{weight: int32, preference: "
        + NodeTerm
        + "}]}}";

    private const string Fit = "ignoredResources: [string], ignoredResourceGroups: [string]";

    private const string Strategy =
        "scoringStrategy: {type: string, resources: " + Resources + ", requestedToCapacityRatio: {shape: " + Shape + "}}";

    // Later validations of v1 no longer know the names of the plugins that v1beta2 removed.
    private const string Removed = "v1beta2 v1beta3 v1@25-27";

    public static IReadOnlyList<KnownPlugin> All { get; } =
    [
        new("SchedulingGates", "preEnqueue", PluginOrigin.BuiltIn, since: 26),
        new("PrioritySort", "queueSort", PluginOrigin.BuiltIn),
        new("NodeUnschedulable", "filter", PluginOrigin.BuiltIn),
        new("NodeName", "filter", PluginOrigin.BuiltIn),
        new("TaintToleration", "filter preScore score", PluginOrigin.BuiltIn),
        new("NodeAffinity", "preFilter@22 filter preScore@21 score", PluginOrigin.BuiltIn, arguments: ("v1beta1", Affinity)),
        new("NodePorts", "preFilter filter", PluginOrigin.BuiltIn),
        new(
            "NodeResourcesFit",
            "preFilter filter preScore@28 score@22 placementScore@36",
            PluginOrigin.BuiltIn,
            arguments: [("v1beta1", "{" + Fit + "}"), ("v1beta2", "{" + Fit + ", " + Strategy + "}")]
        ),
        new("VolumeRestrictions", "preFilter@22 filter", PluginOrigin.BuiltIn),
        new("EBSLimits", "preFilter@29 filter", PluginOrigin.BuiltIn, until: 31, invalidIn: "v1@32-99"),
        new("GCEPDLimits", "preFilter@29 filter", PluginOrigin.BuiltIn, until: 31, invalidIn: "v1@32-99"),
        new("AzureDiskLimits", "preFilter@29 filter", PluginOrigin.BuiltIn, until: 31, invalidIn: "v1@32-99"),
        new("CinderLimits", "preFilter@29 filter", PluginOrigin.BuiltIn, until: 31, invalidIn: "v1@32-99"),
        new("NodeVolumeLimits", "preFilter@28 filter", PluginOrigin.BuiltIn),
        new(
            "VolumeBinding",
            "preFilter filter preScore@30 score@21 reserve preBind",
            PluginOrigin.BuiltIn,
            arguments: [("v1beta1", "{bindTimeoutSeconds: int64}"), ("v1beta3", "{bindTimeoutSeconds: int64, shape: " + Shape + "}")]
        ),
        new("VolumeZone", "preFilter@26 filter", PluginOrigin.BuiltIn),
        new("PodTopologySpread", "preFilter filter preScore score", PluginOrigin.BuiltIn, arguments: ("v1beta1", Spread)),
        new(
            "InterPodAffinity",
            "preFilter filter preScore score",
            PluginOrigin.BuiltIn,
            arguments:
            [
                ("v1beta1", "{hardPodAffinityWeight: int32}"),
                ("v1beta3", "{hardPodAffinityWeight: int32, ignorePreferredTermsOfExistingPods@27: bool}"),
            ]
        ),
        new(
            "DynamicResources",
            "preEnqueue preFilter filter postFilter score@36 reserve preBind",
            PluginOrigin.BuiltIn,
            since: 26,
            arguments: [("v1beta1", ""), ("v1", "{filterTimeout: duration, bindingTimeout: duration}")]
        ),
        new(
            "DefaultPreemption",
            "preEnqueue@36 postFilter",
            PluginOrigin.BuiltIn,
            arguments: ("v1beta1", "{minCandidateNodesPercentage: int32, minCandidateNodesAbsolute: int32}")
        ),
        new(
            "NodeResourcesBalancedAllocation",
            "preScore@28 score",
            PluginOrigin.BuiltIn,
            arguments: [("v1beta1", ""), ("v1beta2", "{resources: " + Resources + "}")]
        ),
        new("ImageLocality", "score", PluginOrigin.BuiltIn),
        new("DefaultBinder", "bind", PluginOrigin.BuiltIn),
        new("NodeDeclaredFeatures", "preFilter filter", PluginOrigin.BuiltIn, since: 35),
        new("GangScheduling", "preEnqueue permit", PluginOrigin.BuiltIn, since: 35),
        new("TopologyPlacementGenerator", "placementGenerate", PluginOrigin.BuiltIn, since: 36),
        new("PodGroupPodsCount", "placementScore", PluginOrigin.BuiltIn, since: 36),
        // Of earlier releases.
        new("SelectorSpread", "preScore score", PluginOrigin.BuiltIn, until: 25),
        new("NodePreferAvoidPods", "score", PluginOrigin.BuiltIn, until: 23, invalidIn: Removed),
        new(
            "NodeLabel",
            "filter score",
            PluginOrigin.BuiltIn,
            until: 23,
            invalidIn: Removed,
            arguments: (
                "v1beta1",
                "{presentLabels: [string], absentLabels: [string], presentLabelsPreference: [string], absentLabelsPreference: [string]}"
            )
        ),
        new(
            "ServiceAffinity",
            "preFilter filter score",
            PluginOrigin.BuiltIn,
            until: 23,
            invalidIn: Removed,
            arguments: ("v1beta1", "{affinityLabels: [string], antiAffinityLabelsPreference: [string]}")
        ),
        new(
            "NodeResourcesLeastAllocated",
            "score",
            PluginOrigin.BuiltIn,
            until: 23,
            invalidIn: Removed,
            arguments: ("v1beta1", "{resources: " + Resources + "}")
        ),
        new(
            "NodeResourcesMostAllocated",
            "score",
            PluginOrigin.BuiltIn,
            until: 23,
            invalidIn: Removed,
            arguments: ("v1beta1", "{resources: " + Resources + "}")
        ),
        new(
            "RequestedToCapacityRatio",
            "score",
            PluginOrigin.BuiltIn,
            until: 23,
            invalidIn: Removed,
            arguments: ("v1beta1", "{shape: " + Shape + ", resources: " + Resources + "}")
        ),
    ];
}

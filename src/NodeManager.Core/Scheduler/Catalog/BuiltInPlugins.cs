namespace NodeManager.Core.Scheduler.Catalog;

/// <summary>
/// kube-scheduler's own plugins with their extension points and arguments. Sources: the scheduler configuration reference and API of
/// Kubernetes 1.19 to 1.36; 1.20 and 1.36 were tried, plugin by plugin and point by point.
/// </summary>
internal static class BuiltInPlugins
{
    private const string Resources = "[{name: string, weight: int64}]";
    private const string Shape = "[{utilization: int32, score: int32}]";
    private const string Expressions = "[{key: string, operator: string, values: [string]}]";
    private const string NodeTerm = "{matchExpressions: " + Expressions + ", matchFields: " + Expressions + "}";
    private const string Selector = "{matchLabels: {'*': string}, matchExpressions: " + Expressions + "}";

    private const string Spread =
        "{defaultConstraints: [{maxSkew: int32, topologyKey: string, whenUnsatisfiable: string, labelSelector: " + Selector
        + ", minDomains: int32, nodeAffinityPolicy: string, nodeTaintsPolicy: string, matchLabelKeys: [string]}], defaultingType: string}";

    private const string Affinity =
        "{addedAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [" + NodeTerm + "]}, "
        + "preferredDuringSchedulingIgnoredDuringExecution: [{weight: int32, preference: " + NodeTerm + "}]}}";

    private const string Fit = "ignoredResources: [string], ignoredResourceGroups: [string]";

    private const string Strategy =
        "scoringStrategy: {type: string, resources: " + Resources + ", requestedToCapacityRatio: {shape: " + Shape + "}}";

    public static IReadOnlyList<KnownPlugin> All { get; } =
    [
        new("SchedulingGates", "preEnqueue", true, since: 26),
        new("PrioritySort", "queueSort", true),
        new("NodeUnschedulable", "filter", true),
        new("NodeName", "filter", true),
        new("TaintToleration", "filter preScore score", true),
        new("NodeAffinity", "preFilter@22 filter preScore@21 score", true, arguments: ("v1beta1", Affinity)),
        new("NodePorts", "preFilter filter", true),
        new("NodeResourcesFit", "preFilter filter preScore@28 score@22 placementScore@36", true,
            arguments: [("v1beta1", "{" + Fit + "}"), ("v1beta2", "{" + Fit + ", " + Strategy + "}")]),
        new("VolumeRestrictions", "preFilter@22 filter", true),
        new("EBSLimits", "preFilter@29 filter", true, until: 31),
        new("GCEPDLimits", "preFilter@29 filter", true, until: 31),
        new("AzureDiskLimits", "preFilter@29 filter", true, until: 31),
        new("CinderLimits", "preFilter@29 filter", true, until: 31),
        new("NodeVolumeLimits", "preFilter@29 filter", true),
        new("VolumeBinding", "preFilter filter preScore@30 score@21 reserve preBind", true,
            arguments: [("v1beta1", "{bindTimeoutSeconds: int64}"), ("v1beta3", "{bindTimeoutSeconds: int64, shape: " + Shape + "}")]),
        new("VolumeZone", "preFilter@26 filter", true),
        new("PodTopologySpread", "preFilter filter preScore score", true, arguments: ("v1beta1", Spread)),
        new("InterPodAffinity", "preFilter filter preScore score", true,
            arguments: [("v1beta1", "{hardPodAffinityWeight: int32}"), ("v1", "{hardPodAffinityWeight: int32, ignorePreferredTermsOfExistingPods: bool}")]),
        new("DynamicResources", "preEnqueue preFilter filter postFilter score@36 reserve preBind", true, since: 26,
            arguments: [("v1beta1", ""), ("v1", "{filterTimeout: duration, bindingTimeout: duration}")]),
        new("DefaultPreemption", "preEnqueue@36 postFilter", true,
            arguments: ("v1beta1", "{minCandidateNodesPercentage: int32, minCandidateNodesAbsolute: int32}")),
        new("NodeResourcesBalancedAllocation", "preScore@28 score", true,
            arguments: [("v1beta1", ""), ("v1beta2", "{resources: " + Resources + "}")]),
        new("ImageLocality", "score", true),
        new("DefaultBinder", "bind", true),
        new("NodeDeclaredFeatures", "preFilter filter", true, since: 35),
        new("GangScheduling", "preEnqueue permit", true, since: 35),
        new("TopologyPlacementGenerator", "placementGenerate", true, since: 36),
        new("PodGroupPodsCount", "placementScore", true, since: 36),

        // Of former releases.
        new("SelectorSpread", "preScore score", true, until: 25),
        new("NodePreferAvoidPods", "score", true, until: 23, invalidFrom: SchedulerApi.V1Beta2),
        new("NodeLabel", "filter score", true, until: 23, invalidFrom: SchedulerApi.V1Beta2,
            arguments: ("v1beta1", "{presentLabels: [string], absentLabels: [string], presentLabelsPreference: [string], absentLabelsPreference: [string]}")),
        new("ServiceAffinity", "preFilter filter score", true, until: 23, invalidFrom: SchedulerApi.V1Beta2,
            arguments: ("v1beta1", "{affinityLabels: [string], antiAffinityLabelsPreference: [string]}")),
        new("NodeResourcesLeastAllocated", "score", true, until: 23, invalidFrom: SchedulerApi.V1Beta2,
            arguments: ("v1beta1", "{resources: " + Resources + "}")),
        new("NodeResourcesMostAllocated", "score", true, until: 23, invalidFrom: SchedulerApi.V1Beta2,
            arguments: ("v1beta1", "{resources: " + Resources + "}")),
        new("RequestedToCapacityRatio", "score", true, until: 23, invalidFrom: SchedulerApi.V1Beta2,
            arguments: ("v1beta1", "{shape: " + Shape + ", resources: " + Resources + "}")),
    ];
}

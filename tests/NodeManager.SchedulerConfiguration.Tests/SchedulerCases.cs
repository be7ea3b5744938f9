namespace NodeManager.SchedulerConfigurations.Tests;

/// <summary>Configurations, good and bad. Each is judged by our rules and, where there is one, by a real kube-scheduler.</summary>
public static class SchedulerCases
{
    public static IReadOnlyList<SchedulerCase> All => [.. General, .. SchedulerTextCases.All, .. SchedulerArgumentCases.All];

    private static readonly IReadOnlyList<SchedulerCase> General =
    [
        new("nothing but the kind", "", true),
        new("one profile without a name", "profiles:\n- plugins: {}\n", true),
        new("a list of profiles that is empty", "profiles: []\n", true),
        new("two profiles", "profiles:\n- schedulerName: a\n- schedulerName: b\n", true),
        new("two profiles of one name", "profiles:\n- schedulerName: a\n- schedulerName: a\n", false, "ProfileName"),
        new("two profiles, one without a name", "profiles:\n- schedulerName: a\n- plugins: {}\n", false, "ProfileName"),
        new("a profile with an empty name", "profiles:\n- schedulerName: ''\n", false, "ProfileName"),
        new("an unknown field", "profils: []\n", false, "UnknownField"),
        new("a field in the wrong case", "Profiles: []\n", false, "UnknownField"),
        new("an unknown extension point", Plugins("scoring: {enabled: [{name: ImageLocality}]}"), false, "UnknownField"),
        new("a duplicate field", "parallelism: 3\nparallelism: 4\n", false, "DuplicateField"),
        new("text for a number", "parallelism: '3'\n", false, "Type"),
        new("a number for text", "profiles:\n- schedulerName: 5\n", false, "Type"),
        new("a fraction for a whole number", "parallelism: 1.5\n", false, "Type"),
        new("a float without fraction", "parallelism: 2.0\n", true),
        new("yes for true", "enableProfiling: yes\n", true),
        new("text for true", "enableProfiling: 'yes'\n", false, "Type"),
        new("a number for a duration", "leaderElection:\n  leaderElect: true\n  leaseDuration: 15\n", false, "Type"),
        new("parallelism of 0", "parallelism: 0\n", false, "Parallelism"),
        new("parallelism below 0", "parallelism: -1\n", false, "Parallelism"),
        new("a percentage over 100", "percentageOfNodesToScore: 101\n", false, "Percentage"),
        new("a percentage below 0", "percentageOfNodesToScore: -1\n", false, "Percentage"),
        new("a percentage of 100", "percentageOfNodesToScore: 100\n", true),
        new("a percentage of a profile", "profiles:\n- percentageOfNodesToScore: 50\n", true, Api: "v1"),
        new("a percentage of a profile over 100", "profiles:\n- percentageOfNodesToScore: 101\n", false, "Percentage", "v1"),
        new("a percentage of a profile in v1beta1", "profiles:\n- percentageOfNodesToScore: 50\n", false, "UnknownField", "v1beta1"),
        new("an initial backoff of 0", "podInitialBackoffSeconds: 0\n", false, "Backoff"),
        new("a maximum backoff below the initial one", "podInitialBackoffSeconds: 5\npodMaxBackoffSeconds: 4\n", false, "Backoff"),
        new("equal backoffs", "podInitialBackoffSeconds: 5\npodMaxBackoffSeconds: 5\n", true),
        new("a burst below 0", "clientConnection: {kubeconfig: KUBECONFIG, burst: -1}\n", false, "Burst"),
        new(
            "a lease shorter than its renewal",
            "leaderElection: {leaderElect: true, leaseDuration: 5s, renewDeadline: 10s}\n",
            false,
            "LeaderElectionTiming"
        ),
        new("a lease below 0", "leaderElection: {leaderElect: true, leaseDuration: -5s}\n", false, "LeaderElectionTiming"),
        new("a renewal below 0", "leaderElection: {leaderElect: true, renewDeadline: -5s}\n", false, "LeaderElectionTiming"),
        new("timings that no election uses", "leaderElection: {leaderElect: false, leaseDuration: 5s, renewDeadline: 10s}\n", true),
        new("a lock of endpoints", "leaderElection: {leaderElect: true, resourceLock: endpoints}\n", false, "ResourceLock", "v1"),
        new("a lock of an unknown kind", "leaderElection: {leaderElect: true, resourceLock: file}\n", false, "ResourceLock"),
        new(
            "an extender",
            "extenders:\n- urlPrefix: http://127.0.0.1:1/\n  prioritizeVerb: p\n  weight: 1\n  bindVerb: b\n  managedResources:\n  - name: example.com/gpu\n",
            true
        ),
        new("an extender without weight", "extenders:\n- urlPrefix: http://127.0.0.1:1/\n  prioritizeVerb: p\n", false, "ExtenderWeight"),
        new(
            "two extenders that bind",
            "extenders:\n- {urlPrefix: 'http://127.0.0.1:1/', bindVerb: b}\n- {urlPrefix: 'http://127.0.0.1:2/', bindVerb: b}\n",
            false,
            "ExtenderBind"
        ),
        new(
            "an extender's resource of Kubernetes' own",
            "extenders:\n- urlPrefix: http://127.0.0.1:1/\n  managedResources: [{name: cpu}]\n",
            false,
            "ExtendedResource"
        ),
        new(
            "an extender's resource twice",
            "extenders:\n- urlPrefix: http://127.0.0.1:1/\n  managedResources: [{name: a.b/c}, {name: a.b/c}]\n",
            false,
            "ExtendedResource"
        ),
        new("a plugin name alone", Plugins("filter: {enabled: [NodeName]}"), false, "BareName"),
        new("an unknown plugin", Plugins("score: {enabled: [{name: Nope}]}"), false, "UnknownPlugin"),
        new("a plugin of other schedulers", Plugins("score: {enabled: [{name: TargetLoadPacking}]}"), false, "UnknownPlugin"),
        new("an unknown plugin disabled", Plugins("score: {disabled: [{name: Nope}]}"), true, "NothingToDisable"),
        new("a plugin where it does not belong", Plugins("filter: {enabled: [{name: ImageLocality}]}"), false, "ExtensionPoint"),
        new("all plugins enabled", Plugins("score: {enabled: [{name: '*'}]}"), false, "PluginName"),
        new(
            "a plugin twice",
            Plugins("score: {disabled: [{name: '*'}], enabled: [{name: ImageLocality}, {name: ImageLocality}]}"),
            false,
            "DuplicatePlugin"
        ),
        new(
            "a default again in v1beta1",
            Plugins("score: {enabled: [{name: ImageLocality, weight: 5}]}"),
            false,
            "DuplicatePlugin",
            "v1beta1"
        ),
        new("a default overridden", Plugins("score: {enabled: [{name: ImageLocality, weight: 5}]}"), true, Api: "v1"),
        new(
            "a default disabled and enabled",
            Plugins("score: {disabled: [{name: ImageLocality}], enabled: [{name: ImageLocality, weight: 5}]}"),
            true
        ),
        new("all disabled and one enabled", Plugins("score: {disabled: [{name: '*'}], enabled: [{name: ImageLocality}]}"), true),
        new(
            "a weight of 0",
            Plugins("score: {disabled: [{name: ImageLocality}], enabled: [{name: ImageLocality, weight: 0}]}"),
            true,
            "Weight"
        ),
        new("a sum of weights below 0", Plugins("score: {enabled: [{name: ImageLocality, weight: -2}]}"), false, "WeightOverflow", "v1"),
        new("a weight below 0", Plugins("multiPoint: {enabled: [{name: ImageLocality, weight: -2}]}"), true, "Weight", "v1"),
        new(
            "a weight beyond 32 bits",
            Plugins("score: {disabled: [{name: ImageLocality}], enabled: [{name: ImageLocality, weight: 3000000000}]}"),
            false,
            "Type"
        ),
        new(
            "a weight where none counts",
            Plugins("filter: {disabled: [{name: NodeName}], enabled: [{name: NodeName, weight: 3}]}"),
            true,
            "Weight"
        ),
        new("no queue sort", Plugins("queueSort: {disabled: [{name: '*'}]}"), false, "QueueSort"),
        new("no bind", Plugins("bind: {disabled: [{name: DefaultBinder}]}"), false, "Bind"),
        new(
            "queue sorts that differ",
            "profiles:\n- schedulerName: a\n- schedulerName: b\n  plugins: {queueSort: {disabled: [{name: '*'}], enabled: [{name: PrioritySort}]}}\n",
            false,
            "QueueSort"
        ),
        new(
            "queue sorts alike",
            "profiles:\n- schedulerName: a\n  plugins: &p {queueSort: {disabled: [{name: '*'}], enabled: [{name: PrioritySort}]}}\n- schedulerName: b\n  plugins: *p\n",
            true
        ),
        new("multiPoint in v1beta1", Plugins("multiPoint: {enabled: [{name: ImageLocality}]}"), false, "UnknownField", "v1beta1"),
        new("a default in multiPoint", Plugins("multiPoint: {enabled: [{name: ImageLocality, weight: 7}]}"), true, Api: "v1"),
        new(
            "a plugin twice in multiPoint",
            Plugins(
                "multiPoint: {disabled: [{name: '*'}], enabled: [{name: PrioritySort}, {name: DefaultBinder}, {name: ImageLocality}, {name: ImageLocality}]}"
            ),
            false,
            "DuplicatePlugin",
            "v1"
        ),
        new("an unknown plugin in multiPoint", Plugins("multiPoint: {enabled: [{name: Nope}]}"), false, "UnknownPlugin", "v1"),
        new("nothing left by multiPoint", Plugins("multiPoint: {disabled: [{name: '*'}]}"), false, "QueueSort", "v1"),
        new(
            "the least by multiPoint",
            Plugins("multiPoint: {disabled: [{name: '*'}], enabled: [{name: PrioritySort}, {name: DefaultBinder}]}"),
            true,
            Api: "v1"
        ),
        new("a plugin removed long ago", Plugins("filter: {enabled: [{name: EBSLimits}]}"), false, "UnknownPlugin", "v1"),
        new("a plugin of later releases", Plugins("filter: {enabled: [{name: NodeDeclaredFeatures}]}"), false, "UnknownPlugin", "v1beta1"),
        new("an extension point of later releases", Plugins("preEnqueue: {enabled: []}"), false, "UnknownField", "v1beta1"),
        new("a merge key", "x: &x {name: ImageLocality}\n", false, "UnknownField"),
        new(
            "merge keys within",
            Plugins("score: {disabled: [{name: ImageLocality}, &n {name: TaintToleration}], enabled: [{<<: *n, weight: 4}]}"),
            true
        ),
        new("arguments", Arguments("InterPodAffinity", "hardPodAffinityWeight: 50"), true),
        new("arguments out of range", Arguments("InterPodAffinity", "hardPodAffinityWeight: 101"), false, "Argument"),
        new("an argument that there is not", Arguments("InterPodAffinity", "hardPodAffinity: 5"), false, "UnknownField"),
        new("an argument of the wrong kind", Arguments("InterPodAffinity", "hardPodAffinityWeight: '5'"), false, "Type"),
        new("arguments of another plugin's kind", Arguments("InterPodAffinity", "kind: NodeAffinityArgs"), false, "ArgumentKind"),
        new("arguments that are text", "profiles:\n- pluginConfig:\n  - name: InterPodAffinity\n    args: text\n", false, "Type"),
        new(
            "arguments twice",
            "profiles:\n- pluginConfig:\n  - name: InterPodAffinity\n    args: {}\n  - name: InterPodAffinity\n    args: {}\n",
            false,
            "DuplicatePluginConfig"
        ),
        new(
            "arguments of a plugin that does not run",
            Plugins("score: {disabled: [{name: Nope}]}") + "  pluginConfig:\n  - name: Nope\n    args: {a: 1}\n",
            true,
            "UnusedPluginConfig"
        ),
        new("arguments of a plugin that takes none", Arguments("ImageLocality", "a: 1"), true, "UnusedPluginConfig"),
        new(
            "preemption of nothing",
            Arguments("DefaultPreemption", "minCandidateNodesPercentage: 0\n      minCandidateNodesAbsolute: 0"),
            false,
            "Argument"
        ),
        new("a preemption percentage over 100", Arguments("DefaultPreemption", "minCandidateNodesPercentage: 101"), false, "Argument"),
        new("a bind timeout below 0", Arguments("VolumeBinding", "bindTimeoutSeconds: -1"), false, "Argument"),
        new("a bind timeout of 0", Arguments("VolumeBinding", "bindTimeoutSeconds: 0"), true, Api: "v1"),
        new("a bind timeout of 0 in 1.20", Arguments("VolumeBinding", "bindTimeoutSeconds: 0"), false, "Argument", "v1beta1"),
        new("a shape behind a gate", Arguments("VolumeBinding", "shape: [{utilization: 0, score: 1}]"), false, "Argument", "v1"),
        new("constraints of one's own", Spread("maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway", "List"), true),
        new(
            "constraints beside the system's",
            Spread("maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway", "System"),
            false,
            "Argument"
        ),
        new("a skew of 0", Spread("maxSkew: 0, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway", "List"), false, "Argument"),
        new("no topology key", Spread("maxSkew: 1, whenUnsatisfiable: ScheduleAnyway", "List"), false, "Argument"),
        new("an unknown action", Spread("maxSkew: 1, topologyKey: zone, whenUnsatisfiable: Never", "List"), false, "Argument"),
        new(
            "a selector in a default",
            Spread("maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {a: b}}", "List"),
            false,
            "Argument"
        ),
        new("an added affinity", Affinity("key: zone, operator: In, values: [a]"), true),
        new("an added affinity without values", Affinity("key: zone, operator: In"), false, "Argument"),
        new("an added affinity of an unknown operator", Affinity("key: zone, operator: Is, values: [a]"), false, "Argument"),
        new(
            "a scoring strategy",
            Arguments("NodeResourcesFit", "scoringStrategy: {type: MostAllocated, resources: [{name: cpu, weight: 3}]}"),
            true,
            Api: "v1"
        ),
        new("an unknown strategy", Arguments("NodeResourcesFit", "scoringStrategy: {type: Best}"), false, "Argument", "v1"),
        new(
            "a strategy in v1beta1",
            Arguments("NodeResourcesFit", "scoringStrategy: {type: MostAllocated}"),
            false,
            "UnknownField",
            "v1beta1"
        ),
        new(
            "a resource's weight over 100",
            Arguments("NodeResourcesFit", "scoringStrategy: {type: MostAllocated, resources: [{name: cpu, weight: 101}]}"),
            false,
            "Argument",
            "v1"
        ),
        new(
            "a shape",
            Arguments(
                "NodeResourcesFit",
                "scoringStrategy: {type: RequestedToCapacityRatio, requestedToCapacityRatio: {shape: [{utilization: 0, score: 0}, {utilization: 100, score: 10}]}}"
            ),
            true,
            Api: "v1"
        ),
        new(
            "a shape that is not sorted",
            Arguments(
                "NodeResourcesFit",
                "scoringStrategy: {type: RequestedToCapacityRatio, requestedToCapacityRatio: {shape: [{utilization: 100, score: 0}, {utilization: 0, score: 10}]}}"
            ),
            false,
            "Argument",
            "v1"
        ),
        new(
            "a strategy without its shape",
            Arguments("NodeResourcesFit", "scoringStrategy: {type: RequestedToCapacityRatio}"),
            false,
            "Argument",
            "v1"
        ),
        new(
            "a shape for another strategy",
            Arguments(
                "NodeResourcesFit",
                "scoringStrategy: {type: MostAllocated, requestedToCapacityRatio: {shape: [{utilization: 0, score: 0}]}}"
            ),
            false,
            "Argument",
            "v1"
        ),
        new("a group with a slash", Arguments("NodeResourcesFit", "ignoredResourceGroups: [example.com/x]"), false, "Argument", "v1"),
        new(
            "balanced resources",
            Arguments("NodeResourcesBalancedAllocation", "resources: [{name: cpu, weight: 1}, {name: example.com/gpu}]"),
            true,
            Api: "v1"
        ),
        new(
            "balanced resources of weight 2",
            Arguments("NodeResourcesBalancedAllocation", "resources: [{name: cpu, weight: 2}]"),
            false,
            "Argument",
            "v1"
        ),
        new("a binding timeout under a second", Arguments("DynamicResources", "bindingTimeout: 10ms"), false, "Argument", "v1"),
        new(
            "least allocated without a weight",
            Arguments("NodeResourcesLeastAllocated", "resources: [{name: cpu}]"),
            false,
            "Argument",
            "v1beta1"
        ),
        new("a ratio without a shape", Plugins("score: {enabled: [{name: RequestedToCapacityRatio}]}"), false, "Argument", "v1beta1"),
    ];

    internal static string Plugins(string text) => $"profiles:\n- schedulerName: default-scheduler\n  plugins:\n    {text}\n";

    internal static string Arguments(string plugin, string text) =>
        $"profiles:\n- pluginConfig:\n  - name: {plugin}\n    args:\n      {text}\n";

    internal static string Spread(string constraint, string type) =>
        Arguments("PodTopologySpread", $"defaultingType: {type}\n      defaultConstraints: [{{{constraint}}}]");

    internal static string Affinity(string expression) =>
        Arguments(
            "NodeAffinity",
            $"addedAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: [{{matchExpressions: [{{{expression}}}]}}]}}}}"
        );
}

namespace NodeManager.SchedulerConfigurations.Catalog;

/// <summary>
/// Well-known plugins outside kube-scheduler: those of kubernetes-sigs/scheduler-plugins (its README, manifests and configuration API) and
/// the Rescheduler of the seed's configuration. Only schedulers built with them have them.
/// </summary>
internal static class OutOfTreePlugins
{
    private const string Provider =
        "watcherAddress: string, metricProvider: {type: string, address: string, token: string, insecureSkipVerify: bool}";

    public static IReadOnlyList<KnownPlugin> All { get; } =
    [
        new(
            "Rescheduler",
            "filter score reserve preBind",
            PluginOrigin.OutOfTree,
            arguments: (
                "v1beta1",
                "{cpuThreshold: number, memoryThreshold: number, excludedNamespaces: [string], enableSchedulingOptimization: bool, "
                    + "enablePreventiveRescheduling: bool, cpuScoreWeight: number, memoryScoreWeight: number, loadBalanceBonus: number, "
                    + "enableReschedulingController: bool, reschedulingInterval: duration}"
            )
        ),
        new(
            "Coscheduling",
            "queueSort preFilter postFilter permit reserve",
            PluginOrigin.OutOfTree,
            arguments: (
                "v1beta1",
                "{permitWaitingTimeSeconds: int64, podGroupBackoffSeconds: int64, podGroupRejectPercentage: int32, deniedPGExpirationTimeSeconds: int64, "
                    + "kubeMaster: string, kubeConfigPath: string}"
            )
        ),
        new(
            "CapacityScheduling",
            "preFilter postFilter reserve",
            PluginOrigin.OutOfTree,
            arguments: ("v1beta1", "{kubeConfigPath: string}")
        ),
        new(
            "NodeResourceTopologyMatch",
            "preFilter filter score reserve postBind",
            PluginOrigin.OutOfTree,
            arguments: (
                "v1beta1",
                "{scoringStrategy: {type: string, resources: [{name: string, weight: int64}]}, cacheResyncPeriodSeconds: int64, discardReservedNodes: bool, "
                    + "cache: {foreignPodsDetect: string, resyncMethod: string, informerMode: string, resyncScope: string}, preemptionMode: string, "
                    + "kubeconfigpath: string, masteroverride: string, namespaces: [string]}"
            )
        ),
        new(
            "NodeResourcesAllocatable",
            "score",
            PluginOrigin.OutOfTree,
            arguments: ("v1beta1", "{resources: [{name: string, weight: int64}], mode: string}")
        ),
        new(
            "TargetLoadPacking",
            "score",
            PluginOrigin.OutOfTree,
            arguments: (
                "v1beta1",
                "{" + Provider + ", defaultRequests: {'*': quantity}, defaultRequestsMultiplier: string, targetUtilization: int64}"
            )
        ),
        new(
            "LoadVariationRiskBalancing",
            "score",
            PluginOrigin.OutOfTree,
            arguments: ("v1beta1", "{" + Provider + ", safeVarianceMargin: number, safeVarianceSensitivity: number}")
        ),
        new(
            "LowRiskOverCommitment",
            "preScore score",
            PluginOrigin.OutOfTree,
            arguments: ("v1beta1", "{" + Provider + ", smoothingWindowSize: int64, riskLimitWeights: {'*': number}}")
        ),
        new(
            "PreemptionToleration",
            "postFilter",
            PluginOrigin.OutOfTree,
            arguments: ("v1beta1", "{minCandidateNodesPercentage: int32, minCandidateNodesAbsolute: int32}")
        ),
        new("PodState", "score", PluginOrigin.OutOfTree),
        new("QoS", "queueSort", PluginOrigin.OutOfTree),
        new("QOSSort", "queueSort", PluginOrigin.OutOfTree),
        new(
            "SySched",
            "score",
            PluginOrigin.OutOfTree,
            arguments: ("v1beta1", "{defaultProfileNamespace: string, defaultProfileName: string}")
        ),
        // A family of plugins (such as TargetLoadPacking), which some configurations enable by this name.
        new("Trimaran", "score", PluginOrigin.OutOfTree),
    ];
}

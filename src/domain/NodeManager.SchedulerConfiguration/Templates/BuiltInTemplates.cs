namespace NodeManager.SchedulerConfigurations.Templates;

/// <summary>
/// The built-in templates, in the format of custom ones. Sources: "Resource Bin Packing" of the Kubernetes documentation; the READMEs and
/// manifests of kubernetes-sigs/scheduler-plugins for Coscheduling, CapacityScheduling and Trimaran; the Rescheduler's own configuration.
/// </summary>
internal static class BuiltInTemplates
{
    public static IReadOnlyList<(string Name, string Text)> All { get; } =
    [
        (
            "BinPacking",
            """
            description: Fill nodes one after another instead of spreading pods over all of them.
            steps:
            - set: NodeResourcesFit
              versions: [v1beta2, v1beta3, v1]
              arguments:
                scoringStrategy:
                  type: MostAllocated
                  resources:
                  - {name: cpu, weight: 1}
                  - {name: memory, weight: 1}
            - disable: NodeResourcesLeastAllocated
              versions: [v1beta1]
              at: [score]
            - enable: NodeResourcesMostAllocated
              versions: [v1beta1]
              at: [score]
              weight: 1
              arguments:
                resources:
                - {name: cpu, weight: 1}
                - {name: memory, weight: 1}
            # What would empty nodes again.
            - disable: NodeResourcesBalancedAllocation
              at: [score]
            """
        ),
        (
            "CapacityQuota",
            """
            description: Elastic quotas. A namespace can use unused quota of others until they need it.
            steps:
            - enable: CapacityScheduling
            - disable: DefaultPreemption
              at: [postFilter]
            """
        ),
        (
            "GangScheduling",
            """
            description: Pods of a group start together or not at all.
            steps:
            - disable: PrioritySort
              at: [queueSort]
            - enable: Coscheduling
              arguments:
                permitWaitingTimeSeconds: 10
            """
        ),
        (
            "LoadAware",
            """
            description: Place pods by the load that nodes really have, aiming at 40 % of their cores.
            steps:
            - disable: NodeResourcesBalancedAllocation
              at: [score]
            - disable: NodeResourcesLeastAllocated
              versions: [v1beta1]
              at: [score]
            # The same score since v1beta2; its filter stays.
            - disable: NodeResourcesFit
              versions: [v1beta2, v1beta3, v1]
              at: [score]
            - enable: TargetLoadPacking
              at: [score]
              arguments:
                targetUtilization: 40
                defaultRequestsMultiplier: "1"
                metricProvider:
                  type: KubernetesMetricsServer
            """
        ),
        (
            "Rescheduling",
            """
            description: Keep nodes below 80 % of their cores and memory, moving pods where they come above.
            steps:
            - enable: Rescheduler
              at: [filter, score, reserve, preBind]
              arguments:
                cpuThreshold: 80.0
                memoryThreshold: 80.0
                excludedNamespaces: [kube-system, kube-public]
                enableSchedulingOptimization: true
                enablePreventiveRescheduling: true
                enableReschedulingController: true
                reschedulingInterval: 30s
            """
        ),
    ];
}

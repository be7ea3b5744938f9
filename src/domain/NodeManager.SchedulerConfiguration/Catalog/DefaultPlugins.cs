namespace NodeManager.SchedulerConfigurations.Catalog;

/// <summary>A plugin with its weight; 0 for none, which counts as 1.</summary>
internal readonly record struct DefaultPlugin(string Name, long Weight);

/// <summary>
/// The plugins of kube-scheduler without a configuration, by extension point. Up to v1beta2 each point has its own list; from v1beta3 on
/// there is one for <c>multiPoint</c>, expanded to the points that each plugin implements. Sources: the scheduler configuration reference
/// of each release; 1.20 and 1.36 as those schedulers log it.
/// </summary>
internal static class DefaultPlugins
{
    private const string FilterBeta =
        "NodeUnschedulable NodeName TaintToleration NodeAffinity NodePorts NodeResourcesFit VolumeRestrictions EBSLimits GCEPDLimits "
        + "NodeVolumeLimits AzureDiskLimits VolumeBinding VolumeZone PodTopologySpread InterPodAffinity";

    /// <summary>The default plugins of a point in that version and release, in order.</summary>
    public static IReadOnlyList<DefaultPlugin> Of(SchedulerApi api, int minor, string point) =>
        api.HasMultiPoint
            ? point == ExtensionPoints.MultiPoint
                ? MultiPoint(minor)
                : []
            : Read(api == SchedulerApi.V1Beta1 ? Beta1(point) : Beta2(point, minor));

    private static List<DefaultPlugin> MultiPoint(int minor)
    {
        var volumeLimits = minor <= 30 ? "EBSLimits GCEPDLimits NodeVolumeLimits AzureDiskLimits " : "NodeVolumeLimits ";
        var dynamicResources =
            minor >= 36 ? "DynamicResources=2 "
            : minor >= 34 ? "DynamicResources "
            : "";
        // SchedulingGates came last when it was new and first since it is stable.
        return Read(
            (minor >= 30 ? "SchedulingGates " : "")
                + "PrioritySort NodeUnschedulable NodeName TaintToleration=3 NodeAffinity=2 NodePorts NodeResourcesFit=1 VolumeRestrictions "
                + volumeLimits
                + "VolumeBinding VolumeZone PodTopologySpread=2 InterPodAffinity=2 "
                + dynamicResources
                + "DefaultPreemption NodeResourcesBalancedAllocation=1 ImageLocality=1 DefaultBinder"
                + (minor is >= 27 and < 30 ? " SchedulingGates" : "")
                + (minor >= 36 ? " NodeDeclaredFeatures" : "")
        );
    }

    private static string Beta1(string point) =>
        point switch
        {
            "queueSort" => "PrioritySort",
            "preFilter" => "NodeResourcesFit NodePorts PodTopologySpread InterPodAffinity VolumeBinding",
            "filter" => FilterBeta,
            "postFilter" => "DefaultPreemption",
            "preScore" => "InterPodAffinity PodTopologySpread TaintToleration",
            "score" => "NodeResourcesBalancedAllocation=1 ImageLocality=1 InterPodAffinity=1 NodeResourcesLeastAllocated=1 NodeAffinity=1 "
                + "NodePreferAvoidPods=10000 PodTopologySpread=2 TaintToleration=1",
            "reserve" or "preBind" => "VolumeBinding",
            "bind" => "DefaultBinder",
            _ => "",
        };

    private static string Beta2(string point, int minor) =>
        point switch
        {
            "preEnqueue" => minor >= 27 ? "SchedulingGates" : "",
            "queueSort" => "PrioritySort",
            "preFilter" => "NodeResourcesFit NodePorts VolumeRestrictions PodTopologySpread InterPodAffinity VolumeBinding "
                + (minor >= 26 ? "VolumeZone NodeAffinity" : "NodeAffinity"),
            "filter" => FilterBeta,
            "postFilter" => "DefaultPreemption",
            "preScore" => "InterPodAffinity PodTopologySpread TaintToleration NodeAffinity",
            "score" => "NodeResourcesBalancedAllocation=1 ImageLocality=1 InterPodAffinity=1 NodeResourcesFit=1 NodeAffinity=1 "
                + "PodTopologySpread=2 TaintToleration=1",
            "reserve" or "preBind" => "VolumeBinding",
            "bind" => "DefaultBinder",
            _ => "",
        };

    private static List<DefaultPlugin> Read(string text) =>
        [
            .. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(item =>
                    item.Split('=') is [var name, var weight]
                        ? new DefaultPlugin(name, int.Parse(weight, System.Globalization.CultureInfo.InvariantCulture))
                        : new DefaultPlugin(item, 0)
                ),
        ];
}

using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using NodeManager.Core.Sessions;
using NodeManager.Monitoring.Alerts;

namespace NodeManager.Completion;

/// <summary>Well-known groups, then label keys of nodes.</summary>
public sealed class NodeAlertGroupCompleter : NodeCompleter
{
    private protected override IEnumerable<string> Select(IReadOnlyList<ClusterNode> nodes) =>
        [.. NodeAlertGroupBy.All, .. nodes.SelectMany(n => n.Labels.Keys).Order(StringComparer.Ordinal)];
}

/// <summary>Causes of current alerts, then all others.</summary>
public sealed class NodeAlertCauseCompleter : IArgumentCompleter
{
    private static readonly string[] Known =
    [
        NodeFindingCause.NotReady,
        NodeFindingCause.Unreachable,
        NodeFindingCause.MemoryPressure,
        NodeFindingCause.DiskPressure,
        NodeFindingCause.PidPressure,
        NodeFindingCause.NetworkUnavailable,
        NodeFindingCause.ClockSkew,
        NodeFindingCause.VersionSkew,
        NodeFindingCause.SystemPodsRestarting,
        NodeFindingCause.Evictions,
        NodeFindingCause.ImageGarbageCollection,
        NodeFindingCause.CordonedForLong,
        NodeFindingCause.RepellingTaints,
        NodeFindingCause.PodLimit,
        NodeFindingCause.Flapping,
        NodeAlertCause.ClusterUnreachable,
        NodeAlertCause.AlertsDropped,
        NodeAlertCause.MachinesNotAsPlanned,
    ];

    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    ) => Completions.From([.. OpenCauses(fakeBoundParameters), .. Known], wordToComplete);

    private static IEnumerable<string> OpenCauses(IDictionary boundParameters)
    {
        try
        {
            return
            [
                .. Completions
                    .Sessions(boundParameters)
                    .SelectMany(static session => session.Get<NodeAlerts>().List())
                    .Select(static alert => alert.Cause)
                    .Distinct(),
            ];
        }
        catch (Exception)
        {
            return [];
        }
    }
}

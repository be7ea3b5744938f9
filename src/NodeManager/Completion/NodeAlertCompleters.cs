using System.Collections;
using NodeManager.Core.Sessions;
using NodeManager.Monitoring.Alerts;
using NodeManager.Monitoring.Alerts.Silences;

namespace NodeManager.Completion;

/// <summary>Well-known groups, then label keys of nodes.</summary>
public sealed class NodeAlertGroupCompleter : NodeCompleter
{
    private protected override IEnumerable<string> Select(IReadOnlyList<ClusterNode> nodes) =>
        [.. NodeAlertGroupBy.All, .. nodes.SelectMany(n => n.Labels.Keys).Order(StringComparer.Ordinal)];
}

/// <summary>Causes of current alerts, then all others.</summary>
public sealed class NodeAlertCauseCompleter : CandidateCompleter
{
    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound) =>
        [.. OpenCauses(bound), .. NodeFindingCause.All, .. NodeAlertCause.All];

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

/// <summary>Ids of silences.</summary>
public sealed class AlertSilenceCompleter : CandidateCompleter
{
    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound) =>
        Completions.Read<string>(
            bound,
            async (session, ids, cancel) =>
                ids.AddRange((await AlertSilences.ListAsync(session, all: false, cancel)).Select(static silence => silence.Id))
        );
}

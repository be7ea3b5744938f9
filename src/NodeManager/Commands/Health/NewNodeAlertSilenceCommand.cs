using NodeManager.Monitoring.Alerts.Silences;

namespace NodeManager.Commands;

/// <summary>Silences alerts in all monitors of a cluster.</summary>
[Cmdlet(VerbsCommon.New, "NodeAlertSilence", DefaultParameterSetName = ByCause, SupportsShouldProcess = true)]
[OutputType(typeof(NodeAlertSilence))]
public sealed class NewNodeAlertSilenceCommand : SessionCmdlet, IClusterChange
{
    private const string ByCause = nameof(ByCause);
    private const string ByObject = nameof(ByObject);

    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    /// <summary>Nodes; wildcards. An alert about several nodes is covered if all of them match.</summary>
    [Parameter(Position = 0, ParameterSetName = ByCause)]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    /// <summary>Causes of alerts; wildcards.</summary>
    [Parameter(ParameterSetName = ByCause)]
    [ArgumentCompleter(typeof(NodeAlertCauseCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Cause { get; set; } = [];

    /// <summary>The alert to silence, from Get-NodeAlert.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByObject, ValueFromPipeline = true)]
    [ValidateNotNull]
    public NodeAlert? InputObject { get; set; }

    /// <summary>Why the alerts need no attention.</summary>
    [Parameter(Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string Reason { get; set; } = "";

    [Parameter]
    [Duration]
    public TimeSpan Duration { get; set; } = AlertSilenceRequest.DefaultDuration;

    /// <summary>Acknowledge: alerts that begin later are not covered.</summary>
    [Parameter]
    public SwitchParameter UntilResolved { get; set; }

    private protected override void Process()
    {
        NodeManagerSession[] sessions = [.. InputObject is null ? Sessions : Sessions.For(InputObject)];
        if (sessions.Length == 0)
            return;
        AlertSilenceRequest request = (
            InputObject is null
                ? new()
                {
                    Nodes = Name,
                    Causes = Cause,
                    Reason = Reason,
                }
                : AlertSilenceRequest.Of(InputObject, Reason)
        ) with
        {
            Duration = Duration,
            UntilResolved = UntilResolved,
        };
        request.Check();
        foreach (NodeManagerSession session in sessions)
        {
            string[] what = [.. request.Causes, .. request.Nodes, .. request.Labels.Select(static label => $"{label.Key}={label.Value}")];
            string target = $"alerts of {string.Join(", ", what)} in cluster '{session.Cluster}'";
            CheckAndChange(
                session,
                target,
                target,
                $"Silence for {HumanDuration.Format(Duration)}",
                ConfirmImpact.Medium,
                async (worker, dryRun) =>
                {
                    NodeAlertSilence silence = await AlertSilences.CreateAsync(session, request, dryRun, worker.Token);
                    if (!dryRun)
                        worker.Output(silence);
                }
            );
        }
    }
}

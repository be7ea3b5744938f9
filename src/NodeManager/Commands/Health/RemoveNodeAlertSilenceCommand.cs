using NodeManager.Monitoring.Alerts.Silences;

namespace NodeManager.Commands;

/// <summary>Ends silences: alerts that they cover are sent again.</summary>
[Cmdlet(VerbsCommon.Remove, "NodeAlertSilence", DefaultParameterSetName = ById, SupportsShouldProcess = true)]
public sealed class RemoveNodeAlertSilenceCommand : SessionCmdlet, IClusterChange
{
    private const string ById = nameof(ById);
    private const string ByObject = nameof(ByObject);

    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ById)]
    [ArgumentCompleter(typeof(AlertSilenceCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = ByObject, ValueFromPipeline = true)]
    [ValidateNotNull]
    public NodeAlertSilence? InputObject { get; set; }

    private protected override void Process()
    {
        foreach (NodeManagerSession session in InputObject is null ? Sessions : Sessions.For(InputObject))
        {
            foreach (string id in InputObject is null ? Id : [InputObject.Id])
                CheckAndChange(
                    session,
                    id,
                    $"silence '{id}' in cluster '{session.Cluster}'",
                    "Remove",
                    ConfirmImpact.Medium,
                    async (worker, isCheck) =>
                    {
                        if (isCheck)
                            await AlertSilences.GetAsync(session, id, worker.Token);
                        else
                            await AlertSilences.RemoveAsync(session, id, worker.Token);
                    }
                );
        }
    }
}

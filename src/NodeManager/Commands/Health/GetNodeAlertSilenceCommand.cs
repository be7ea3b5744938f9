using NodeManager.Monitoring.Alerts.Silences;

namespace NodeManager.Commands;

/// <summary>Lists the silences of alerts in a cluster.</summary>
[Cmdlet(VerbsCommon.Get, "NodeAlertSilence")]
[OutputType(typeof(NodeAlertSilence))]
public sealed class GetNodeAlertSilenceCommand : SessionCmdlet
{
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(AlertSilenceCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>Also silences that have ended.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    private protected override void End()
    {
        foreach (NodeManagerSession session in Sessions)
        {
            if (Id.Length == 0)
                Sessions.StartIn(
                    session,
                    session.Cluster,
                    async worker =>
                    {
                        foreach (NodeAlertSilence silence in await AlertSilences.ListAsync(session, All, worker.Token))
                            worker.Output(silence);
                    }
                );
            foreach (string id in Id)
                Sessions.StartIn(session, id, async worker => worker.Output(await AlertSilences.GetAsync(session, id, worker.Token)));
        }
    }
}

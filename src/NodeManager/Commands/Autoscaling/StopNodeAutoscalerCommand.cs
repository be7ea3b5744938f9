using NodeManager.Autoscaling.Host;

namespace NodeManager.Commands;

/// <summary>Stops the autoscaler that a session runs. Its machines stay; another process may take over.</summary>
[Cmdlet(VerbsLifecycle.Stop, "NodeAutoscaler", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class StopNodeAutoscalerCommand : AutoscalerCmdlet, IClusterChange
{
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    private protected override void End()
    {
        foreach (NodeManagerSession session in Sessions)
        {
            if (!AutoscalerReader.IsRunning(session, Namespace))
            {
                WriteWarning(
                    $"This session runs no autoscaler for namespace {Namespace} of cluster '{session.Cluster}': there is nothing to stop. To see who acts, use Get-NodeAutoscaler."
                );
                continue;
            }

            if (ShouldProcess(session, $"namespace {Namespace} in cluster '{session.Cluster}'", "Stop the autoscaler of this session"))
                Sessions.StartIn(session, session, worker => AutoscalerReader.StopAsync(session, Namespace, worker.Token));
        }
    }
}

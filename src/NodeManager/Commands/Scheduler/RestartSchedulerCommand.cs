using NodeManager.Pipeline;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Restarts;

namespace NodeManager.Commands;

/// <summary>Restarts schedulers and waits until they lead with their new configuration.</summary>
[Cmdlet(VerbsLifecycle.Restart, "Scheduler", DefaultParameterSetName = ClusterSet, SupportsShouldProcess = true)]
[OutputType(typeof(SchedulerRestartResult))]
public sealed class RestartSchedulerCommand : SchedulerObjectCmdlet, IClusterChange
{
    private readonly PendingRestarts _restarts = new();

    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    /// <summary>How long the new pods may take to become ready and lead.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Keep the new pods even if they do not start.</summary>
    [Parameter]
    public SwitchParameter NoRollback { get; set; }

    /// <summary>Recorded in the events.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Reason { get; set; } = "";

    private protected override void Begin() => DurationAttribute.RequireNotNegative(nameof(Timeout), Timeout);

    private protected override async Task WorkAsync(Worker worker, NodeManagerSession session, ClusterScheduler scheduler)
    {
        await SchedulerRestarter.CheckAsync(session, scheduler, worker.Token);
        if (!await worker.ShouldProcessAsync(session, Title(session, scheduler), "Restart"))
            return;
        var request = new SchedulerRestartRequest
        {
            Timeout = Timeout,
            NoRollback = NoRollback,
            Reason = Reason,
        };
        SchedulerRestartResult result = await _restarts.WaitAsync(
            $"Deployment {scheduler.Namespace}/{scheduler.Deployment} of '{session.Cluster}'",
            () => SchedulerRestarter.RestartAsync(session, scheduler, request, worker, worker.Token)
        );
        worker.Output(result);
        if (SchedulerFailures.Of(result) is { } failure)
            worker.Error(failure, result);
    }

    private protected override void WriteSummary()
    {
        foreach (string restart in _restarts.Interrupted)
            WriteHost(restart);
    }
}

using NodeManager.Autoscaling.Host;
using NodeManager.Autoscaling.Providers;
using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Core.Sessions;
using NodeManager.Jobs;
using NodeManager.NodePools.Updates;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Runs the autoscaler as a job, or until the pools have their desired size.</summary>
[Cmdlet(
    VerbsLifecycle.Start,
    "NodeAutoscaler",
    DefaultParameterSetName = AsAJob,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium
)]
[OutputType(typeof(Job), typeof(NodeAutoscaler))]
public sealed class StartNodeAutoscalerCommand : AutoscalerCmdlet, IClusterChange
{
    private const string AsAJob = "AsJob";
    private const string AtOnce = "Once";

    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    /// <summary>Scale the pools to their desired size, then end.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AtOnce)]
    public SwitchParameter Once { get; set; }

    /// <summary>The timeout of -Once.</summary>
    [Parameter(ParameterSetName = AtOnce)]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(30);

    private protected override void Begin()
    {
        DurationAttribute.RequireNotNegative(nameof(Timeout), Timeout);
    }

    private protected override void End()
    {
        foreach (NodeManagerSession session in Sessions)
        {
            if (AutoscalerReader.IsRunning(session, Namespace))
            {
                Fail(
                    new NodeManagerException(
                        ErrorIds.AutoscalerRunning,
                        ErrorKind.ResourceBusy,
                        $"This session runs an autoscaler for namespace {Namespace} of cluster '{session.Cluster}' already.",
                        session,
                        $"Stop it with Stop-NodeAutoscaler -Namespace {Namespace}, or see Get-NodeAutoscaler."
                    ),
                    session
                );
                continue;
            }

            if (
                (IsWhatIf || WillAsk(ConfirmImpact.Medium))
                && !Checks(session, worker => AutoscalerHost.CheckAsync(session, Namespace, worker.Token))
            )
                continue;
            if (
                !ShouldProcess(
                    session,
                    $"namespace {Namespace} in cluster '{session.Cluster}'",
                    "Start the autoscaler, which creates machines, and drains and destroys those of its claims"
                )
            )
                continue;
            string ns = Namespace;
            AutoscalerOptions options = new()
            {
                Namespace = Namespace,
                Providers = session.Connection().MachineProviders(),
                Planner = new RulePlanner(),
                LeaderWork = (leader, observer, stop) => AbandonedPoolUpdates.RunAsync(leader, ns, observer, stop),
            };
            if (Once)
                Sessions.StartIn(session, session, worker => RunOnceAsync(session, options, worker));
            else
                StartJob(session, options);
        }
    }

    private void StartJob(NodeManagerSession session, AutoscalerOptions options)
    {
        NodeAutoscalerJob job = new(MyInvocation.Line.Trim(), session, options);
        JobRepository.Add(job);
        job.Start();
        WriteObject(job);
    }

    private async Task RunOnceAsync(NodeManagerSession session, AutoscalerOptions options, Worker worker)
    {
        using CancellationTokenSource limit = new(Timeout, session.Time());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, worker.Token);
        try
        {
            await AutoscalerHost.RunAsync(session, options, once: true, worker, stop.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !worker.Token.IsCancellationRequested)
        {
            worker.Error(
                new NodeManagerException(
                    ErrorIds.AutoscalerNotSettled,
                    ErrorKind.OperationTimeout,
                    $"The pools of namespace {Namespace} in cluster '{session.Cluster}' are not settled after {HumanDuration.Format(Timeout)}.",
                    session,
                    "See Get-NodeClaim for claims that are not Ready and why. Run it again to continue."
                ),
                session
            );
        }

        worker.Output(await AutoscalerReader.ReadAsync(session, Namespace, 20, worker.Token));
    }
}

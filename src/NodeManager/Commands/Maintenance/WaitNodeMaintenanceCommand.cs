using System.Management.Automation;
using NodeManager.Commands.Bases;
using NodeManager.Completion;
using NodeManager.Core.Maintenance;
using NodeManager.Core.Maintenance.Options;
using NodeManager.Parameters;

namespace NodeManager.Commands;

/// <summary>Waits until maintenance runs are over, wherever they are carried out.</summary>
[Cmdlet(VerbsLifecycle.Wait, "NodeMaintenance", DefaultParameterSetName = ByObject)]
[OutputType(typeof(NodeMaintenanceRun))]
public sealed class WaitNodeMaintenanceCommand : SessionCmdlet
{
    private const string ById = "ById";
    private const string ByObject = "ByObject";

    /// <summary>Ids of runs.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ById)]
    [Alias("RunId", "ResumeId")]
    [ArgumentCompleter(typeof(MaintenanceRunCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>Runs, from Get-NodeMaintenance or from a command with -Detach.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByObject, ValueFromPipeline = true)]
    [ValidateNotNull]
    public NodeMaintenanceRun? InputObject { get; set; }

    /// <summary>Where the runs are kept.</summary>
    [Parameter(ParameterSetName = ById)]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Namespace { get; set; } = MaintenanceRequest.DefaultNamespace;

    /// <summary>For each run; without it, without end.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? Timeout { get; set; }

    private protected override void Begin() => DurationAttribute.RequireNotNegative(nameof(Timeout), Timeout);

    private protected override void Process()
    {
        if (InputObject is { } run)
        {
            Wait(Sessions.Of(run), run.Id, run.Namespace);
            return;
        }

        foreach (NodeManagerSession session in Sessions)
        {
            foreach (string id in Id)
                Wait(session, id, Namespace);
        }
    }

    private void Wait(NodeManagerSession session, string id, string ns) =>
        Sessions.StartIn(session, id, async worker => worker.Output(await MaintenanceWaiter.WaitAsync(session, id, ns, Timeout, worker, worker.Token)));
}

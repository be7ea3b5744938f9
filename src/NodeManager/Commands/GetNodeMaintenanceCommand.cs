using System.Management.Automation;
using NodeManager.Completion;
using NodeManager.Core.Maintenance;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Shows maintenance runs, now and past, with the steps of their nodes.</summary>
[Cmdlet(VerbsCommon.Get, "NodeMaintenance")]
[OutputType(typeof(NodeMaintenanceRun))]
public sealed class GetNodeMaintenanceCommand : SessionCmdlet
{
    /// <summary>Ids of runs, with wildcards; without it, all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("RunId", "ResumeId")]
    [ArgumentCompleter(typeof(MaintenanceRunCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Id { get; set; } = [];

    /// <summary>Where the runs are kept.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Namespace { get; set; } = MaintenanceRequest.DefaultNamespace;

    /// <summary>How many at most, the newest first.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Limit { get; set; } = 20;

    private protected override void Process()
    {
        string[] ids = Id;
        foreach (NodeManagerSession session in Sessions)
        {
            StartIn(session, session, async worker =>
            {
                foreach (NodeMaintenanceRun run in await MaintenanceReader.ReadAsync(session, ids, Namespace, Limit, worker.Token))
                    worker.Output(run);
            });
        }
    }
}

using System.Management.Automation;
using NodeManager.Completion;
using NodeManager.Core.Maintenance.Options;
using NodeManager.Pipeline;

namespace NodeManager.Commands.Bases;

/// <summary>A cmdlet that changes maintenance runs, given by their ids or as objects.</summary>
public abstract class MaintenanceRunCmdlet : SessionCmdlet
{
    private protected const string ById = "ById";
    private protected const string ByObject = "ByObject";

    /// <summary>Ids of runs.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ById)]
    [Alias("RunId", "ResumeId")]
    [ArgumentCompleter(typeof(MaintenanceRunCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>Runs, from Get-NodeMaintenance.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByObject, ValueFromPipeline = true)]
    [ValidateNotNull]
    public NodeMaintenanceRun? InputObject { get; set; }

    /// <summary>Where the runs are kept.</summary>
    [Parameter(ParameterSetName = ById)]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Namespace { get; set; } = MaintenanceRequest.DefaultNamespace;

    /// <summary>What is done, for ShouldProcess.</summary>
    private protected abstract string Action { get; }

    private protected abstract Task ChangeAsync(NodeManagerSession session, string id, string ns, Worker worker);

    private protected override void Process()
    {
        if (InputObject is { } run)
        {
            Change(Sessions.Of(run), run.Id, run.Namespace);
            return;
        }

        foreach (NodeManagerSession session in Sessions)
        {
            foreach (string id in Id)
                Change(session, id, Namespace);
        }
    }

    private void Change(NodeManagerSession session, string id, string ns)
    {
        if (ShouldProcess($"maintenance run '{id}' in cluster '{session.Cluster}'", Action))
            Sessions.StartIn(session, id, worker => ChangeAsync(session, id, ns, worker));
    }
}

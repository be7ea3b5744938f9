using System.Reflection;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Options;
using NodeManager.Pipeline;

namespace NodeManager.Commands.Bases;

public abstract class MaintenanceRunCmdlet : SessionCmdlet
{
    private protected const string ById = "ById";
    private protected const string ByObject = "ByObject";

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ById)]
    [Alias("RunId", "ResumeId")]
    [ArgumentCompleter(typeof(MaintenanceRunCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = ByObject, ValueFromPipeline = true)]
    [ValidateNotNull]
    public NodeMaintenanceRun? InputObject { get; set; }

    [Parameter(ParameterSetName = ById)]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Namespace { get; set; } = MaintenanceRequest.DefaultNamespace;

    /// <summary>The action for ShouldProcess; null for a command that changes nothing.</summary>
    private protected virtual string? Action => null;

    private protected abstract Task WorkAsync(NodeManagerSession session, string id, string ns, Worker worker);

    private protected override void Process()
    {
        if (InputObject is { } run)
        {
            foreach (NodeManagerSession session in Sessions.For(run))
                Start(session, run.Id, run.Namespace);
            return;
        }

        foreach (NodeManagerSession session in Sessions)
        {
            foreach (string id in Id)
                Start(session, id, Namespace);
        }
    }

    private void Start(NodeManagerSession session, string id, string ns)
    {
        if (Action is null)
        {
            Sessions.StartIn(session, id, worker => WorkAsync(session, id, ns, worker));
            return;
        }

        CheckAndChange(
            session,
            id,
            $"maintenance run '{id}' in cluster '{session.Cluster}'",
            Action,
            GetType().GetCustomAttribute<CmdletAttribute>()!.ConfirmImpact,
            (worker, dryRun) =>
                dryRun ? MaintenanceReader.ReadAsync(session, [id], ns, 1, worker.Token) : WorkAsync(session, id, ns, worker)
        );
    }
}

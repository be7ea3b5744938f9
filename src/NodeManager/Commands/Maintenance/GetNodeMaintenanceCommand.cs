using NodeManager.Maintenance;
using NodeManager.Maintenance.Options;

namespace NodeManager.Commands;

/// <summary>Lists current and past maintenance runs with their nodes.</summary>
[Cmdlet(VerbsCommon.Get, "NodeMaintenance", DefaultParameterSetName = ByObject)]
[OutputType(typeof(NodeMaintenanceRun))]
public sealed class GetNodeMaintenanceCommand : SessionCmdlet
{
    // ByObject is the default; see NodeCmdlet.
    private const string ById = "ById";
    private const string ByObject = "ByObject";

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ById, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("RunId", "ResumeId")]
    [ArgumentCompleter(typeof(MaintenanceRunCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Id { get; set; } = [];

    [Parameter(ParameterSetName = ByObject, ValueFromPipeline = true)]
    [Rows]
    [ValidateNotNull]
    public ClusterObject? InputObject { get; set; }

    [Parameter]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Namespace { get; set; } = MaintenanceRequest.DefaultNamespace;

    /// <summary>The maximum number of runs, newest first.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Limit { get; set; } = 20;

    private protected override void Process()
    {
        if (InputObject is null)
            Read(Sessions, Id, Namespace);
        else if (RunOf(InputObject) is { Id.Length: > 0 } run)
            Read(Sessions.For(InputObject), [run.Id], run.Namespace.Length > 0 ? run.Namespace : Namespace);
        else
            Fail(
                new NodeManagerException(
                    ErrorIds.MaintenanceNotFound,
                    ErrorKind.InvalidArgument,
                    $"'{InputObject}' does not identify a maintenance run.",
                    InputObject,
                    "Pipe runs, nodes of runs, or objects with the property RunId or Id."
                ),
                InputObject
            );
    }

    private static (string Id, string Namespace) RunOf(ClusterObject value) =>
        value switch
        {
            NodeMaintenanceRun run => (run.Id, run.Namespace),
            NodeMaintenanceResult node => (node.RunId, ""),
            ObjectRow row => (row.RunId, row.Namespace),
            _ => ("", ""),
        };

    private void Read(IReadOnlyList<NodeManagerSession> sessions, string[] ids, string ns)
    {
        foreach (NodeManagerSession session in sessions)
        {
            Sessions.StartIn(
                session,
                session,
                async worker =>
                {
                    foreach (NodeMaintenanceRun run in await MaintenanceReader.ReadAsync(session, ids, ns, Limit, worker.Token))
                        worker.Output(run);
                }
            );
        }
    }
}

using NodeManager.Kubernetes.Selectors;
using NodeManager.Sandbox;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Ends and removes faults of an embedded cluster.</summary>
[Cmdlet(VerbsCommon.Clear, "SandboxFault", DefaultParameterSetName = ByName, SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class ClearSandboxFaultCommand : SessionCmdlet, IClusterChange
{
    private const string ByName = "ByName";
    private const string ByObject = "ByObject";

    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    [Parameter(Position = 0, ParameterSetName = ByName)]
    [ArgumentCompleter(typeof(SandboxFaultNameCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = ["*"];

    [Parameter(Mandatory = true, ParameterSetName = ByObject, ValueFromPipeline = true)]
    [Rows]
    [ValidateNotNull]
    public ClusterObject? InputObject { get; set; }

    private protected override void Process()
    {
        if (ParameterSetName == ByObject)
        {
            foreach (NodeManagerSession session in Sessions.For(InputObject!))
                Clear(session, InputObject is ObjectRow row ? row.Name : InputObject!.ToString()!);
            return;
        }

        foreach (NodeManagerSession session in Sessions)
        foreach (string name in Name.SelectMany(name => Expand(session.Sandbox(), name)))
            Clear(session, name);
    }

    private static IEnumerable<string> Expand(SandboxCluster cluster, string name)
    {
        if (!NamePattern.IsWildcard(name))
            return [name];
        var pattern = new NamePattern(name);
        return cluster.GetFaults().Select(fault => fault.Request.Name!).Where(pattern.Matches);
    }

    private void Clear(NodeManagerSession session, string name)
    {
        SandboxCluster cluster = session.Sandbox();
        bool isThere = cluster.GetFaults().Any(fault => name.Equals(fault.Request.Name, StringComparison.OrdinalIgnoreCase));
        if (isThere && !ShouldProcess(session, $"fault '{name}' of cluster '{session.Cluster}'", "Clear"))
            return;
        if (!isThere || !cluster.ClearFault(name))
            Fail(SandboxSessions.NoSuchFault(session, name), name);
    }
}

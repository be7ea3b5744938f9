using System.Management.Automation.Runspaces;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Lists the live sessions of this runspace, oldest first.</summary>
[Cmdlet(VerbsCommon.Get, "NodeManagerSession")]
[OutputType(typeof(NodeManagerSession))]
public sealed class GetNodeManagerSessionCommand : PSCmdlet
{
    [Parameter]
    public SwitchParameter Current { get; set; }

    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Cluster { get; set; } = ["*"];

    protected override void EndProcessing()
    {
        IEnumerable<NodeManagerSession> sessions = SessionRegistry.List(Runspace.DefaultRunspace);
        if (Current)
            sessions = SessionRegistry.Current(Runspace.DefaultRunspace) is { } current ? [current] : [];
        Predicate<string> isMeant = NamePattern.Any(Cluster);
        WriteObject(sessions.Where(s => isMeant(s.Cluster)), enumerateCollection: true);
    }
}

using NodeManager.Kubernetes.Selectors;
using NodeManager.Sandbox.Api.Faults;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Lists the faults of an embedded cluster with their hits.</summary>
[Cmdlet(VerbsCommon.Get, "SandboxFault")]
[OutputType(typeof(SandboxFault))]
public sealed class GetSandboxFaultCommand : SessionCmdlet
{
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(SandboxFaultNameCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = ["*"];

    private protected override void End()
    {
        foreach (NodeManagerSession session in Sessions)
        {
            IReadOnlyList<FaultStatus> faults = session.Sandbox().GetFaults();
            foreach (string name in Name)
            {
                var pattern = new NamePattern(name);
                FaultStatus[] found = [.. faults.Where(fault => pattern.Matches(fault.Request.Name!))];
                foreach (FaultStatus fault in found)
                    WriteObject(session.Describe(fault));
                if (found.Length == 0 && !NamePattern.IsWildcard(name))
                    Fail(SandboxSessions.NoSuchFault(session, name), name);
            }
        }
    }
}

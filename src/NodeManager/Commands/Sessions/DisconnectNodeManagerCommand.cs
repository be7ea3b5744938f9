using System.Management.Automation.Runspaces;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Ends sessions; by default, the current one.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "NodeManager")]
[OutputType(typeof(void))]
public sealed class DisconnectNodeManagerCommand : PSCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [SessionArgument]
    [ValidateNotNullOrEmpty]
    public NodeManagerSession[]? Session { get; set; }

    protected override void ProcessRecord()
    {
        foreach (NodeManagerSession session in Session ?? Current())
            session.Dispose();
    }

    private static NodeManagerSession[] Current() => SessionRegistry.Current(Runspace.DefaultRunspace) is { } current ? [current] : [];
}

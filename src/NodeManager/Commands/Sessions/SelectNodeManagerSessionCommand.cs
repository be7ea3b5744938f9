using System.Management.Automation.Runspaces;
using NodeManager.Core.Sessions;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Makes a session the current one of this runspace.</summary>
[Cmdlet(VerbsCommon.Select, "NodeManagerSession")]
[OutputType(typeof(NodeManagerSession))]
public sealed class SelectNodeManagerSessionCommand : PSCmdlet
{
    /// <summary>The session, its name, or its id.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [SessionArgument]
    [ValidateNotNull]
    public NodeManagerSession? Session { get; set; }

    /// <summary>Emit the session.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void ProcessRecord()
    {
        try
        {
            _ = Session!.Connection();
        }
        catch (NodeManagerException closed)
        {
            ThrowTerminatingError(Pipeline.ErrorRecords.From(closed, Session));
        }

        SessionRegistry.Select(Runspace.DefaultRunspace, Session!);
        if (PassThru)
            WriteObject(Session);
    }
}

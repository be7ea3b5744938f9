using System.Management.Automation;
using NodeManager.Completion;
using NodeManager.Parameters;
using NodeManager.Sessions;

namespace NodeManager.Commands.Bases;

/// <summary>A cmdlet that works in one or several sessions.</summary>
public abstract class SessionCmdlet : AsyncCmdlet
{
    private SessionSelection? _sessions;

    /// <summary>Where to work, as sessions, their names or ids; without it, in the current session.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [SessionArgument]
    [ValidateNotNullOrEmpty]
    public NodeManagerSession[]? Session { get; set; }

    private protected SessionSelection Sessions => _sessions ??= new(Pump, Session);
}

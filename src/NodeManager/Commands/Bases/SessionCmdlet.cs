using System.Management.Automation;
using NodeManager.Completion;
using NodeManager.Parameters;
using NodeManager.Pipeline;
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

    /// <summary>
    /// Asks about a change and makes it. With -WhatIf, and before a person is asked, it is checked first: what cannot be done is an error, not an
    /// announcement.
    /// </summary>
    /// <param name="session">Where.</param>
    /// <param name="id">What is changed, for errors.</param>
    /// <param name="target">What is changed, for ShouldProcess.</param>
    /// <param name="action">What is done, for ShouldProcess.</param>
    /// <param name="impact">Of the command.</param>
    /// <param name="work">Makes the change; with true, checks alone that it can be made.</param>
    private protected void CheckAndChange(
        NodeManagerSession session,
        string id,
        string target,
        string action,
        ConfirmImpact impact,
        Func<Worker, bool, Task> work
    )
    {
        if (IsWhatIf)
        {
            Sessions.StartIn(
                session,
                id,
                async worker =>
                {
                    await work(worker, true);
                    await worker.ShouldProcessAsync(session, target, action);
                }
            );
            return;
        }

        if ((!WillAsk(impact) || Checks(id, worker => work(worker, true))) && ShouldProcess(session, target, action))
            Sessions.StartIn(session, id, worker => work(worker, false));
    }
}

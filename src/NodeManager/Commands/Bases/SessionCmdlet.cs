using NodeManager.Pipeline;
using NodeManager.Sessions;

namespace NodeManager.Commands.Bases;

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
    /// Makes a change after confirmation. With -WhatIf, and before a prompt, the change is checked first, so that an impossible change is
    /// an error.
    /// </summary>
    /// <param name="id">For errors.</param>
    /// <param name="target">For ShouldProcess.</param>
    /// <param name="work">Makes the change; with true, only checks that it can be made.</param>
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

using System.Reflection;
using NodeManager.Formats;
using NodeManager.Pipeline;
using NodeManager.Sessions;

namespace NodeManager.Commands.Bases;

/// <summary>
/// Bridges asynchronous work and the pipeline: work runs off the pipeline thread, and a <see cref="WorkPump"/> marshals its reports to that
/// thread.
/// </summary>
public abstract class AsyncCmdlet : PSCmdlet, IDisposable, IPipelineHost
{
    private readonly Dictionary<NodeManagerSession, string> _descriptions = [];
    private ClusterConfirmation? _confirmation;

    protected AsyncCmdlet() => Pump = new(this);

    /// <summary>True for a command that supports ShouldProcess.</summary>
    private protected bool IsChange => GetType().GetCustomAttribute<CmdletAttribute>()?.SupportsShouldProcess == true;

    bool IPipelineHost.IsVerboseWanted => IsVerboseWanted;

    bool IPipelineHost.IsDebugWanted => IsDebugWanted;

    string IPipelineHost.CurrentFolder => CurrentFolder;

    /// <inheritdoc cref="IPipelineHost.CurrentFolder"/>
    private protected string CurrentFolder => CurrentProviderLocation("FileSystem").ProviderPath;

    private protected WorkPump Pump { get; }

    /// <summary>True after Ctrl-C: the pipeline accepts no more output.</summary>
    private protected bool IsStopped => Pump.IsStopped;

    /// <summary>True where ShouldProcess only reports what would be done.</summary>
    private protected bool IsWhatIf =>
        MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? bound)
            ? bound is SwitchParameter { IsPresent: true }
            : GetVariableValue("WhatIfPreference") is true or SwitchParameter { IsPresent: true };

    /// <summary>True where ShouldProcess would prompt at this impact, so that details for the prompt are read only when needed.</summary>
    private protected bool WillAsk(ConfirmImpact impact) =>
        MyInvocation.BoundParameters.TryGetValue("Confirm", out object? asked)
            ? asked is SwitchParameter { IsPresent: true }
            : !IsWhatIf
                && LanguagePrimitives.TryConvertTo(GetVariableValue("ConfirmPreference"), out ConfirmImpact from)
                && from is not ConfirmImpact.None
                && from <= impact;

    /// <summary>True where the first error ends the pipeline (<c>-ErrorAction Stop</c>).</summary>
    private protected bool StopsAtErrors { get; private set; }

    /// <summary>The number of work items that run concurrently; others are queued.</summary>
    private protected virtual int WorkLimit => 32;

    private bool IsVerboseWanted { get; set; }

    private bool IsDebugWanted { get; set; }

    protected sealed override void BeginProcessing()
    {
        Pump.Open(WorkLimit);
        IsVerboseWanted = IsWanted("Verbose", "VerbosePreference");
        IsDebugWanted = IsWanted("Debug", "DebugPreference");
        StopsAtErrors =
            (MyInvocation.BoundParameters.GetValueOrDefault("ErrorAction") ?? GetVariableValue("ErrorActionPreference"))
            is ActionPreference.Stop;
        Guarded(Begin);
    }

    protected sealed override void ProcessRecord()
    {
        Guarded(Process);
        Pump.Forward();
    }

    protected sealed override void EndProcessing()
    {
        Guarded(End);
        Pump.WaitForWork();
    }

    protected sealed override void StopProcessing() => Pump.Stop();

    /// <summary>Validates parameters that do not depend on pipeline input.</summary>
    private protected virtual void Begin() { }

    private protected virtual void Process() { }

    private protected virtual void End() { }

    /// <summary>After Ctrl-C, writes a summary through <see cref="WriteHost"/>, which still works then.</summary>
    private protected virtual void WriteSummary() { }

    /// <summary>
    /// Writes what was interrupted after a later command or an error stopped the pipeline, through <see cref="WriteHost"/>.
    /// </summary>
    private protected virtual void WriteAbandoned() { }

    /// <summary>Writes an object to the pipeline, on its thread. After an interrupt it is dropped, unless an override keeps it.</summary>
    private protected virtual void Output(object value)
    {
        if (!IsStopped)
            WriteObject(value);
    }

    /// <summary>Reports failed work on the pipeline thread.</summary>
    private protected virtual void Fail(Exception exception, object? target) => WriteError(ErrorRecords.From(exception, target));

    /// <summary>Runs a check before a prompt and waits for it. Reports a failure and returns false.</summary>
    private protected bool Checks(object target, Func<Worker, Task> check)
    {
        try
        {
            Pump.RunNow<object>(async worker =>
            {
                await check(worker);
                return worker;
            });
            return true;
        }
        catch (NodeManagerException failure)
        {
            Fail(failure, target);
            return false;
        }
    }

    private protected bool IsBound(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    /// <inheritdoc cref="WorkPump.Start"/>
    private protected void Start(object? target, Func<Worker, Task> work) => Pump.Start(target, work);

    // The only ways to a host. Text often quotes a cluster, so it is escaped here; calls of the base's own methods are banned elsewhere.
#pragma warning disable RS0030
    internal new void WriteWarning(string text) => base.WriteWarning(DisplayText.EscapeLines(text));

    internal new void WriteObject(object? value) => base.WriteObject(DisplayGuard.Protect(value));

    internal new void WriteObject(object? value, bool enumerateCollection) =>
        base.WriteObject(DisplayGuard.Protect(value), enumerateCollection);

    internal new void WriteVerbose(string text) => base.WriteVerbose(DisplayText.EscapeLines(text));

    internal new void WriteDebug(string text) => base.WriteDebug(DisplayText.EscapeLines(text));

    /// <summary>
    /// Asks for confirmation of a change of a session's cluster. A protected cluster needs more than <c>-Confirm:$false</c>.
    /// </summary>
    internal bool ShouldProcess(NodeManagerSession session, string target, string action)
    {
        string escapedTarget = DisplayText.Escape(target + Description(session)),
            what = DisplayText.Escape(action);
        return AskProtected(session, $"{what}: {escapedTarget}?") ?? base.ShouldProcess(escapedTarget, what);
    }

    /// <summary>Asks for confirmation of a change of this computer or this process.</summary>
    internal bool ShouldProcessLocally(string target, string action) =>
        base.ShouldProcess(DisplayText.Escape(target), DisplayText.Escape(action));

    internal new bool ShouldContinue(string question, string caption, ref bool yesToAll, ref bool noToAll) =>
        base.ShouldContinue(DisplayText.EscapeLines(question), DisplayText.Escape(caption), ref yesToAll, ref noToAll);

    /// <summary>Asks for confirmation with a custom question.</summary>
    internal bool ShouldProcess(
        NodeManagerSession session,
        string description,
        string question,
        string caption,
        out ShouldProcessReason reason
    )
    {
        string asked = DisplayText.EscapeLines(question + Description(session));
        reason = ShouldProcessReason.None;
        return AskProtected(session, asked)
            ?? base.ShouldProcess(
                DisplayText.EscapeLines(description + Description(session)),
                asked,
                DisplayText.Escape(caption),
                out reason
            );
    }

    /// <summary>Writes to the host, which still works after an interrupt.</summary>
    internal void WriteHost(string text) => Host.UI.WriteLine(DisplayText.EscapeLines(text));
#pragma warning restore RS0030

    void IPipelineHost.WriteOutput(object value) => Output(value);

    void IPipelineHost.WriteFailure(Exception exception, object? target) => Fail(exception, target);

    void IPipelineHost.WriteWarning(string text) => WriteWarning(text);

    void IPipelineHost.WriteVerbose(string text) => WriteVerbose(text);

    void IPipelineHost.WriteDebug(string text) => WriteDebug(text);

    bool IPipelineHost.IsChange => IsChange;

    bool IPipelineHost.ShouldProcess(NodeManagerSession session, string target, string action) => ShouldProcess(session, target, action);

    bool IPipelineHost.ShouldProcessLocally(string target, string action) => ShouldProcessLocally(target, action);

    void IPipelineHost.DescribeCluster(NodeManagerSession session, string description) => _descriptions[session] = description;

    void IPipelineHost.OnStopped() => WriteSummary();

    void IPipelineHost.OnAbandoned() => WriteAbandoned();

    // A preview with -WhatIf is always allowed.
    private bool? AskProtected(NodeManagerSession session, string question) =>
        IsWhatIf
            ? null
            : (_confirmation ??= new((this as IClusterChange)?.ConfirmCluster)).Ask(
                session,
                question,
                Host,
                refusal => Fail(refusal, session)
            );

    private string Description(NodeManagerSession session) => _descriptions.TryGetValue(session, out string? text) ? $" ({text})" : "";

    private void Guarded(Action action)
    {
        try
        {
            action();
        }
        catch (NodeManagerException exception)
        {
            Abandon();
            ThrowTerminatingError(ErrorRecords.From(exception, null));
        }
        catch
        {
            Abandon();
            throw;
        }
    }

    // Work that an error interrupts is reported, unless the pump has done so.
    private void Abandon()
    {
        bool isReported = IsStopped;
        Pump.Abandon();
        if (!isReported)
            WriteAbandoned();
    }

    private bool IsWanted(string parameter, string preference) =>
        MyInvocation.BoundParameters.TryGetValue(parameter, out object? bound)
            ? bound is SwitchParameter { IsPresent: true } or true
            : GetVariableValue(preference) is ActionPreference wanted
                && wanted is not (ActionPreference.SilentlyContinue or ActionPreference.Ignore);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
            Pump.Dispose();
    }
}

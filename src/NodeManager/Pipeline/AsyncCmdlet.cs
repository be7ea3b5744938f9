using System.Collections.Concurrent;
using System.Diagnostics;
using System.Management.Automation;
using NodeManager.Core.Operations;

namespace NodeManager.Pipeline;

/// <summary>
/// Async inside, pipeline outside. Work runs off the pipeline thread, and hands what it has to say to that thread, the only one that
/// PowerShell listens to.
/// </summary>
public abstract class AsyncCmdlet : PSCmdlet, IDisposable
{
    /// <summary>Longer than the console takes no notice of progress after it has drawn some.</summary>
    private static readonly TimeSpan DrawAgain = TimeSpan.FromMilliseconds(300);

    /// <summary>How long work may take to come to an end after an interrupt.</summary>
    private static readonly TimeSpan CleanUpLimit = TimeSpan.FromSeconds(2);

    private readonly BlockingCollection<Action> _messages = [];
    private readonly CancellationTokenSource _cancellation = new();
    private readonly ProgressRecords _progress = new();
    private ProgressRecord? _undrawn;
    private SemaphoreSlim? _slots;
    private int _running;
    private volatile bool _stopped;
    private volatile bool _disposed;

    /// <summary>Cancelled by Ctrl-C, and when a later command of the pipeline has had enough.</summary>
    internal CancellationToken Token => _cancellation.Token;

    /// <summary>True after Ctrl-C: the pipeline takes nothing any more.</summary>
    internal bool IsStopped => _stopped;

    internal bool VerboseWanted { get; private set; }

    internal bool DebugWanted { get; private set; }

    /// <summary>True where ShouldProcess will only say what would be done.</summary>
    private protected bool IsWhatIf =>
        MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? bound)
            ? bound is SwitchParameter { IsPresent: true }
            : GetVariableValue("WhatIfPreference") is true or SwitchParameter { IsPresent: true };

    /// <summary>True where the first error ends the pipeline (<c>-ErrorAction Stop</c>).</summary>
    private protected bool StopsAtErrors { get; private set; }

    /// <summary>How many works run at once; the others wait for their turn.</summary>
    private protected virtual int WorkLimit => 32;

    protected sealed override void BeginProcessing()
    {
        _slots = new(WorkLimit, WorkLimit);
        VerboseWanted = IsWanted("Verbose", "VerbosePreference");
        DebugWanted = IsWanted("Debug", "DebugPreference");
        StopsAtErrors = (MyInvocation.BoundParameters.GetValueOrDefault("ErrorAction") ?? GetVariableValue("ErrorActionPreference")) is ActionPreference.Stop;
        Guarded(Begin);
    }

    protected sealed override void ProcessRecord()
    {
        Guarded(Process);

        // Results go on while input still comes. Input does not pile up far beyond what can be worked on.
        Pump(stopBelow: WorkLimit * 4);
    }

    protected sealed override void EndProcessing()
    {
        Guarded(End);
        Pump(stopBelow: 1);
    }

    protected sealed override void StopProcessing()
    {
        _stopped = true;
        _cancellation.Cancel();
        _messages.Add(static () => { });
    }

    /// <summary>Validates what does not depend on input.</summary>
    private protected virtual void Begin()
    {
    }

    private protected virtual void Process()
    {
    }

    private protected virtual void End()
    {
    }

    /// <summary>After Ctrl-C, what was reached: through <c>Host.UI</c>, the one way that is still open.</summary>
    private protected virtual void WriteSummary()
    {
    }

    /// <summary>What was interrupted as a later command had had enough, or an error ended the pipeline: through <c>Host.UI</c>.</summary>
    private protected virtual void WriteAbandoned()
    {
    }

    /// <summary>An object for the pipeline, on its thread. Not called after Ctrl-C, unless overridden to keep what comes then.</summary>
    private protected virtual void Output(object value)
    {
        if (!_stopped)
            WriteObject(value);
    }

    /// <summary>Work failed; on the pipeline's thread.</summary>
    private protected virtual void Fail(Exception exception, object? target) => WriteError(ErrorRecords.From(exception, target));

    // The only ways to a host: what they are given often quotes a cluster, and is escaped here. The base's own are banned elsewhere.
#pragma warning disable RS0030
    internal new void WriteWarning(string text) => base.WriteWarning(DisplayText.EscapeLines(text));

    internal new void WriteVerbose(string text) => base.WriteVerbose(DisplayText.EscapeLines(text));

    internal new void WriteDebug(string text) => base.WriteDebug(DisplayText.EscapeLines(text));

    internal new bool ShouldProcess(string target, string action) =>
        base.ShouldProcess(DisplayText.Escape(target), DisplayText.Escape(action));

    internal new bool ShouldContinue(string question, string caption, ref bool yesToAll, ref bool noToAll) =>
        base.ShouldContinue(DisplayText.EscapeLines(question), DisplayText.Escape(caption), ref yesToAll, ref noToAll);

    internal new bool ShouldProcess(string description, string question, string caption, out ShouldProcessReason reason) =>
        base.ShouldProcess(DisplayText.EscapeLines(description), DisplayText.EscapeLines(question), DisplayText.Escape(caption), out reason);

    /// <summary>The way that is still open after an interrupt.</summary>
    internal void WriteHost(string text) => Host.UI.WriteLine(DisplayText.EscapeLines(text));
#pragma warning restore RS0030

    /// <summary>Runs work off the pipeline thread. What it throws becomes an error about the target.</summary>
    internal void Start(object? target, Func<Worker, Task> work)
    {
        _running++;
        var worker = new Worker(this);
        _ = Task.Run(() => RunAsync(worker, target, async () =>
        {
            await _slots!.WaitAsync(Token);
            try
            {
                await work(worker);
            }
            finally
            {
                _slots.Release();
            }
        }));
    }

    /// <summary>
    /// Runs work off the pipeline thread and waits for this work alone, handing on what all works report meanwhile. It takes no slot: the
    /// pipeline cannot continue without it, and works that hold all slots may take very long.
    /// </summary>
    internal void RunAndWait(Func<Worker, Task> work)
    {
        _running++;
        bool isDone = false;
        var worker = new Worker(this);
        _ = Task.Run(async () =>
        {
            await RunAsync(worker, null, () => work(worker));
            Post(() => isDone = true);
        });
        PumpWhile(() => !isDone);
    }

    /// <summary>Waits for all work started so far, handing on what it reports.</summary>
    private protected void WaitForWork() => Pump(stopBelow: 1);

    internal void PostUnlessStopped(Action message) => Post(() =>
    {
        if (!_stopped)
            message();
    });

    internal void PostOutput(object value) => Post(() => Output(value));

    internal void PostError(Exception exception, object? target) => PostUnlessStopped(() => Fail(exception, target));

    /// <summary>On the pipeline's thread.</summary>
    internal void ShowProgress(OperationProgress progress)
    {
        if (_progress.Of(progress) is not { } record)
            return;
        WriteProgress(record);
        _undrawn = record;
    }

    // What a session does in the background may still have something to say when the cmdlet that woke it is long gone.
    private void Post(Action message)
    {
        if (!_disposed)
            _messages.Add(message);
    }

    private async Task RunAsync(Worker worker, object? target, Func<Task> work)
    {
        try
        {
            Worker.Current = worker;
            await work();
        }
        catch (OperationCanceledException) when (Token.IsCancellationRequested)
        {
            // Whoever cancelled knows.
        }
        catch (Exception exception)
        {
            PostError(exception, target);
        }
        finally
        {
            Post(() => _running--);
        }
    }

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

    /// <summary>Hands on what is there, and goes on until fewer works than that are under way.</summary>
    private void Pump(int stopBelow) => PumpWhile(() => _running >= stopBelow || _messages.Count > 0);

    private void PumpWhile(Func<bool> goesOn)
    {
        try
        {
            while (!_stopped && goesOn())
                Next()();
        }
        catch
        {
            Abandon();
            WriteAbandoned();
            throw;
        }

        if (!_stopped)
            return;
        Abandon();
        WriteSummary();
        throw new PipelineStoppedException();
    }

    // The console draws a few times a second, and what came in between not before the next record: the last one is written again.
    private Action Next()
    {
        if (_undrawn is null)
            return _messages.Take();
        if (_messages.TryTake(out Action? message, DrawAgain))
            return message;
        ProgressRecord last = _undrawn;
        _undrawn = null;
        return () => WriteProgress(last);
    }

    /// <summary>
    /// The pipeline takes nothing any more, or the command gave up: the works are cancelled and get their time to end.
    /// </summary>
    private void Abandon()
    {
        _stopped = true;
        _cancellation.Cancel();
        long since = Stopwatch.GetTimestamp();
        while (_running > 0)
        {
            TimeSpan left = CleanUpLimit - Stopwatch.GetElapsedTime(since);
            if (left <= TimeSpan.Zero || !_messages.TryTake(out Action? message, left))
                return;
            try
            {
                message();
            }
            catch (PipelineStoppedException)
            {
                // What was to be said has no listener.
            }
        }
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
        _disposed = true;
        if (disposing)
            _cancellation.Cancel();
    }
}

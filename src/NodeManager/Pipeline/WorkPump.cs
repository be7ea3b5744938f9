using System.Collections.Concurrent;
using System.Diagnostics;
using System.Management.Automation;
using System.Runtime.ExceptionServices;
using NodeManager.Core.Progress;

namespace NodeManager.Pipeline;

/// <summary>
/// Runs a cmdlet's work off the pipeline thread, and hands what the work reports to that thread, the only one that PowerShell listens to.
/// </summary>
internal sealed class WorkPump(IPipelineHost host) : IDisposable
{
    /// <summary>The console ignores progress records for a while after it has drawn one.</summary>
    private static readonly TimeSpan DrawAgain = TimeSpan.FromMilliseconds(300);

    /// <summary>How long work may take to end after an interrupt.</summary>
    private static readonly TimeSpan CleanUpLimit = TimeSpan.FromSeconds(2);

    private readonly BlockingCollection<Action> _messages = [];
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _cancellation = new();
    private readonly ProgressRecords _progress = new();
    private List<object>? _outputs;
    private ProgressRecord? _undrawn;
    private SemaphoreSlim? _slots;
    private int _limit;
    private int _running;
    private volatile bool _stopped;
    private volatile bool _disposed;

    /// <summary>Whom this pump works for.</summary>
    public IPipelineHost Host => host;

    /// <summary>Cancelled by Ctrl-C, and when the pipeline ends for another reason.</summary>
    public CancellationToken Token => _cancellation.Token;

    /// <summary>True after an interrupt: the pipeline takes nothing any more.</summary>
    public bool IsStopped => _stopped;

    /// <summary>Sets how many works run concurrently. To be called before any work starts.</summary>
    public void Open(int limit)
    {
        _limit = limit;
        _slots = new(limit, limit);
    }

    /// <summary>Runs work off the pipeline thread. What it throws becomes an error about the target.</summary>
    public void Start(object? target, Func<Worker, Task> work)
    {
        _running++;
        var worker = new Worker(this);
        _ = Task.Run(() =>
            RunAsync(
                worker,
                target,
                async () =>
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
                }
            )
        );
    }

    /// <summary>
    /// Runs work off the pipeline thread and waits for its result, handing on what all works report meanwhile. It takes no slot: the
    /// pipeline cannot continue without it, and works that hold all slots may take very long.
    /// </summary>
    public T RunNow<T>(Func<Worker, Task<T>> work)
        where T : class
    {
        T? result = null;
        Exception? failure = null;
        bool isDone = false;
        _running++;
        var worker = new Worker(this);
        _ = Task.Run(async () =>
        {
            await RunAsync(
                worker,
                null,
                async () =>
                {
                    try
                    {
                        result = await work(worker);
                    }
                    catch (Exception exception) when (exception is not OperationCanceledException)
                    {
                        failure = exception;
                    }
                }
            );
            Post(() => isDone = true);
        });
        PumpWhile(() => !isDone);
        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);
        return result!;
    }

    /// <summary>Forwards what was reported so far. Waits while enough work is in progress, so that further input does not pile up.</summary>
    public void HandOn() => Pump(stopBelow: _limit * 4);

    /// <summary>Waits for all work started so far, handing on what it reports.</summary>
    public void WaitForWork() => Pump(stopBelow: 1);

    /// <summary>Objects that come faster than the pipeline takes them are one message.</summary>
    public void PostOutput(object value)
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            if (_outputs is not null)
            {
                _outputs.Add(value);
                return;
            }

            List<object> outputs = [value];
            Post(() => HandOut(outputs));
            _outputs = outputs;
        }
    }

    public void PostError(Exception exception, object? target) => PostUnlessStopped(() => host.WriteFailure(exception, target));

    /// <summary>Runs something on the pipeline's thread, unless the pipeline takes nothing any more by then.</summary>
    public void PostUnlessStopped(Action message) =>
        Post(() =>
        {
            if (!_stopped)
                message();
        });

    /// <summary>To be called on the pipeline's thread.</summary>
    public void ShowProgress(OperationProgress progress)
    {
        if (_progress.Of(progress) is not { } record)
            return;
        host.WriteProgress(record);
        _undrawn = record;
    }

    /// <summary>Interrupts the pump from another thread.</summary>
    public void Stop()
    {
        _stopped = true;
        _cancellation.Cancel();
        _messages.Add(static () => { });
    }

    /// <summary>The cmdlet gave up, or the pipeline takes nothing any more: all work is cancelled and gets its time to end.</summary>
    public void Abandon()
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
                // The pipeline takes nothing any more.
            }
        }
    }

    public void Dispose()
    {
        _disposed = true;
        _cancellation.Cancel();
    }

    // A session's background work may still report something when the cmdlet that started it has ended.
    private void Post(Action message)
    {
        lock (_lock)
        {
            // What is output later follows this message.
            _outputs = null;
            if (!_disposed)
                _messages.Add(message);
        }
    }

    private void HandOut(List<object> outputs)
    {
        lock (_lock)
        {
            if (_outputs == outputs)
                _outputs = null;
        }

        int at = 0;
        try
        {
            while (at < outputs.Count)
                host.WriteOutput(outputs[at++]);
        }
        catch
        {
            // The pipeline takes nothing any more; the cmdlet may keep the rest.
            _stopped = true;
            while (at < outputs.Count)
            {
                try
                {
                    host.WriteOutput(outputs[at++]);
                }
                catch (PipelineStoppedException)
                {
                    // As it said before.
                }
            }

            throw;
        }
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
            // The caller that cancelled needs no error.
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
            host.OnAbandoned();
            throw;
        }

        if (!_stopped)
            return;
        Abandon();
        host.OnStopped();
        throw new PipelineStoppedException();
    }

    // The console draws a few times a second and skips the records between: the last one is written again.
    private Action Next()
    {
        if (_undrawn is null)
            return _messages.Take();
        if (_messages.TryTake(out Action? message, DrawAgain))
            return message;
        ProgressRecord last = _undrawn;
        _undrawn = null;
        return () => host.WriteProgress(last);
    }
}

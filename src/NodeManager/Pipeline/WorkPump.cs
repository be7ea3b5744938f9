using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;

namespace NodeManager.Pipeline;

/// <summary>Runs a cmdlet's work off the pipeline thread and marshals its reports to that thread.</summary>
internal sealed class WorkPump(IPipelineHost host) : IDisposable
{
    /// <summary>The console drops progress records for a while after drawing one.</summary>
    private static readonly TimeSpan RedrawDelay = TimeSpan.FromMilliseconds(300);

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

    public IPipelineHost Host => host;

    /// <summary>Cancelled by Ctrl-C, and when the pipeline ends for another reason.</summary>
    public CancellationToken Token => _cancellation.Token;

    /// <summary>True after an interrupt: the pipeline accepts no more output.</summary>
    public bool IsStopped => _stopped;

    /// <summary>Sets the number of concurrent work items. Call before any work starts.</summary>
    public void Open(int limit)
    {
        _limit = limit;
        _slots = new(limit, limit);
    }

    /// <summary>Runs work off the pipeline thread. An exception becomes an error about the target.</summary>
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
    /// Runs work off the pipeline thread and waits for its result, forwarding all reports meanwhile. It takes no slot, because work that
    /// holds all slots may take very long.
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

    /// <summary>Forwards pending reports. Blocks while the queue is full, so that input does not pile up.</summary>
    public void Forward() => Pump(stopBelow: _limit * 4);

    /// <summary>Waits for all started work, forwarding its reports.</summary>
    public void WaitForWork() => Pump(stopBelow: 1);

    /// <summary>Objects that arrive faster than the pipeline accepts them share one message.</summary>
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
            Post(() => WriteOutputs(outputs));
            _outputs = outputs;
        }
    }

    public void PostError(Exception exception, object? target) => PostUnlessStopped(() => host.WriteFailure(exception, target));

    /// <summary>Runs an action on the pipeline thread unless the pipeline has stopped.</summary>
    public void PostUnlessStopped(Action message) =>
        Post(() =>
        {
            if (!_stopped)
                message();
        });

    /// <summary>Call on the pipeline thread.</summary>
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

    /// <summary>Cancels all work and waits for it up to the time limit; for a failed cmdlet or a stopped pipeline.</summary>
    public void Abandon()
    {
        _stopped = true;
        _cancellation.Cancel();
        long since = Stopwatch.GetTimestamp();
        while (_running > 0)
        {
            TimeSpan remaining = CleanUpLimit.Duration - Stopwatch.GetElapsedTime(since);
            if (remaining <= TimeSpan.Zero || !_messages.TryTake(out Action? message, remaining))
                return;
            try
            {
                message();
            }
            catch (PipelineStoppedException)
            {
                // The pipeline has stopped.
            }
        }
    }

    public void Dispose()
    {
        _disposed = true;
        _cancellation.Cancel();
    }

    // A session's background work may still report after its cmdlet has ended.
    private void Post(Action message)
    {
        lock (_lock)
        {
            // Later output must follow this message.
            _outputs = null;
            if (!_disposed)
                _messages.Add(message);
        }
    }

    private void WriteOutputs(List<object> outputs)
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
            // The pipeline has stopped; the cmdlet may keep the rest.
            _stopped = true;
            while (at < outputs.Count)
            {
                try
                {
                    host.WriteOutput(outputs[at++]);
                }
                catch (PipelineStoppedException)
                {
                    // The pipeline has stopped already.
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
            // The caller cancelled and needs no error.
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

    // The console draws a few times a second and drops records between, so the last one is written again.
    private Action Next()
    {
        if (_undrawn is null)
            return _messages.Take();
        if (_messages.TryTake(out Action? message, RedrawDelay))
            return message;
        ProgressRecord last = _undrawn;
        _undrawn = null;
        return () => host.WriteProgress(last);
    }
}

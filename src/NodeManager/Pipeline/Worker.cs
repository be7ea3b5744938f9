using System.Collections.Concurrent;
using NodeManager.Core.Progress;

namespace NodeManager.Pipeline;

/// <summary>The work's interface to its cmdlet. Thread-safe; only confirmations block.</summary>
internal sealed class Worker(WorkPump pump) : IOperationObserver, IOperationLog
{
    private static readonly AsyncLocal<Worker?> Ambient = new();

    private readonly ConcurrentDictionary<string, OperationProgress> _progress = new();

    /// <summary>The worker of the current asynchronous flow; a session's log lines go to its streams.</summary>
    public static Worker? Current
    {
        get => Ambient.Value;
        set => Ambient.Value = value;
    }

    public CancellationToken Token => pump.Token;

    public void Output(object value) => pump.PostOutput(value);

    public void Error(Exception exception, object? target) => pump.PostError(exception, target);

    public void Warning(string message) => pump.PostUnlessStopped(() => pump.Host.WriteWarning(message));

    public void Verbose(string message)
    {
        if (pump.Host.IsVerboseWanted)
            pump.PostUnlessStopped(() => pump.Host.WriteVerbose(message));
    }

    public void Information(InformationRecord record) => pump.PostUnlessStopped(() => pump.Host.WriteInformation(record));

    /// <summary>A pending report is replaced by a later one.</summary>
    public void Progress(OperationProgress progress)
    {
        bool pending = true;
        _progress.AddOrUpdate(
            progress.Key,
            _ =>
            {
                pending = false;
                return progress;
            },
            (_, _) =>
            {
                pending = true;
                return progress;
            }
        );
        if (!pending)
            pump.PostUnlessStopped(() => Show(progress.Key));
    }

    public bool IsEnabled(OperationLogLevel level) =>
        level switch
        {
            OperationLogLevel.Debug => pump.Host.IsDebugWanted,
            OperationLogLevel.Verbose => pump.Host.IsVerboseWanted,
            _ => true,
        };

    public void Write(OperationLogLevel level, string message)
    {
        switch (level)
        {
            case OperationLogLevel.Debug:
                pump.PostUnlessStopped(() => pump.Host.WriteDebug(message));
                break;
            case OperationLogLevel.Verbose:
                pump.PostUnlessStopped(() => pump.Host.WriteVerbose(message));
                break;
            default:
                Warning(message);
                break;
        }
    }

    /// <summary>Asks for confirmation of a change of a session's cluster, on the pipeline thread.</summary>
    public Task<bool> ShouldProcessAsync(NodeManagerSession session, string target, string action) =>
        AskAsync(host => host.ShouldProcess(session, target, action));

    /// <summary>Asks for confirmation of a change of this computer or process, on the pipeline thread.</summary>
    public Task<bool> ShouldProcessLocallyAsync(string target, string action) =>
        AskAsync(host => host.ShouldProcessLocally(target, action));

    /// <summary>Runs an action that needs the caller's runspace on the pipeline thread.</summary>
    public async Task<T> InvokeAsync<T>(Func<T> action)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration stop = Token.Register(() => answer.TrySetCanceled(Token));
        pump.PostUnlessStopped(() =>
        {
            try
            {
                answer.TrySetResult(action());
            }
            catch (PipelineStoppedException)
            {
                answer.TrySetCanceled();
            }
            catch (Exception exception)
            {
                answer.TrySetException(exception);
            }
        });
        return await answer.Task;
    }

    // An exception of the host ends the pipeline.
    private async Task<bool> AskAsync(Func<IPipelineHost, bool> ask)
    {
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration stop = Token.Register(() => answer.TrySetCanceled(Token));
        pump.PostUnlessStopped(() => answer.TrySetResult(ask(pump.Host)));
        return await answer.Task;
    }

    private void Show(string key)
    {
        if (_progress.TryRemove(key, out OperationProgress? latest))
            pump.ShowProgress(latest);
    }
}

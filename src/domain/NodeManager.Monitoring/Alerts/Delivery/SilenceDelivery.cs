using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Monitoring.Alerts.Delivery;

/// <summary>Keeps the silences of receivers equal to those of the cluster. A failure is retried with the latest silences. Thread-safe.</summary>
internal sealed class SilenceDelivery : IAsyncDisposable
{
    private static readonly RetryPolicy Policy = new() { FirstPause = TimeSpan.FromSeconds(2), LongestPause = TimeSpan.FromMinutes(1) };

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _work = [];
    private readonly string _cluster;
    private readonly TimeProvider _wall;
    private readonly IOperationObserver _observer;
    private IReadOnlyList<SinkSilence>? _silences;
    private TaskCompletionSource _changed = NewSignal();

    /// <param name="wall">The receivers' clock.</param>
    /// <param name="observer">Receives failures.</param>
    public SilenceDelivery(string cluster, IReadOnlyList<IAlertSilenceSink> sinks, TimeProvider wall, IOperationObserver observer)
    {
        _cluster = cluster;
        _wall = wall;
        _observer = observer;
        foreach (IAlertSilenceSink sink in sinks)
            _work.Add(Task.Run(() => RunAsync(sink)));
    }

    public void Update(IReadOnlyList<SinkSilence> silences)
    {
        lock (_lock)
        {
            if (_silences is { } known && known.Select(Comparable).SequenceEqual(silences.Select(Comparable)))
                return;
            _silences = silences;
            TaskCompletionSource changed = _changed;
            _changed = NewSignal();
            changed.TrySetResult();
        }

        // Not the end by the receivers' clock, which is computed anew each time.
        static (string, DateTimeOffset, DateTimeOffset, bool) Comparable(SinkSilence one) =>
            (one.Silence.Id, one.Silence.StartsAt, one.Silence.EndsAt, one.IsWanted);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync(IAlertSilenceSink sink)
    {
        int failures = 0;
        IReadOnlyList<SinkSilence>? applied = null;
        while (true)
        {
            IReadOnlyList<SinkSilence>? silences;
            Task changed;
            lock (_lock)
                (silences, changed) = (_silences, _changed.Task);
            if (silences is null || ReferenceEquals(silences, applied))
            {
                await changed.WaitAsync(_stop.Token);
                continue;
            }

            if (await SinkCall.TryAsync(sink, _wall, token => sink.ApplyAsync(_cluster, silences, token), _stop.Token) is not { } failure)
            {
                (applied, failures) = (silences, 0);
                continue;
            }

            if (++failures == 1)
                _observer.Warning($"Sink '{sink.Name}' did not accept the silences: {failure.Message} Retrying.");
            await Task.Delay(Policy.PauseAfter(failures, failure.RetryAfter), _wall, _stop.Token);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

using System.Threading.Channels;
using NodeManager.Kubernetes.Timing;

namespace NodeManager.Controllers.Queueing;

/// <summary>
/// Keys to process, each once at a time (client-go: workqueue). A waiting key is not added twice; a key that is added while it is processed
/// is queued again afterwards. Thread-safe.
/// </summary>
/// <param name="random">From 0 to less than 1, for the jitter; null: <see cref="Random.Shared"/>.</param>
public sealed class WorkQueue<TKey>(RetryOptions options, TimeProvider time, Func<double>? random = null) : IDisposable
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Channel<TKey> _ready = Channel.CreateUnbounded<TKey>();
    private readonly HashSet<TKey> _dirty = [];
    private readonly HashSet<TKey> _processing = [];
    private readonly Dictionary<TKey, int> _failures = [];
    private readonly Dictionary<TKey, Delay> _delays = [];
    private readonly TokenBucket _bucket = new(options.RetriesPerSecond, options.Burst, time);
    private readonly Func<double> _random = random ?? Random.Shared.NextDouble;
    private bool _isDisposed;

    /// <summary>Waiting keys, without delayed ones.</summary>
    public int Count => _ready.Reader.Count;

    public (int Waiting, int Working, int Delayed) Load
    {
        get
        {
            lock (_lock)
                return (_ready.Reader.Count, _processing.Count, _delays.Count);
        }
    }

    public void Add(TKey key)
    {
        lock (_lock)
        {
            if (_isDisposed || !_dirty.Add(key) || _processing.Contains(key))
                return;
            _ready.Writer.TryWrite(key);
        }
    }

    /// <summary>Adds a key after a delay. Of several delays of a key the first to expire counts.</summary>
    public void AddAfter(TKey key, TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            Add(key);
            return;
        }

        lock (_lock)
        {
            if (_isDisposed)
                return;
            // By timestamp, because the wall clock may be set: a delay would seem to expire before a shorter one.
            long now = time.GetTimestamp();
            if (_delays.TryGetValue(key, out Delay? known))
            {
                if (known.Length - time.GetElapsedTime(known.Since, now) <= delay)
                    return;
                known.Timer?.Dispose();
            }

            Delay entry = new(now, delay);
            _delays[key] = entry;
            entry.Timer = time.CreateTimer(_ => End(key, entry), null, LongTimers.Bound(delay), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Adds a failed key after a delay that grows with each failure until <see cref="Forget"/>.</summary>
    /// <returns>The delay.</returns>
    public TimeSpan Retry(TKey key)
    {
        TimeSpan delay;
        lock (_lock)
        {
            int failures = _failures[key] = _failures.GetValueOrDefault(key) + 1;
            double backOff = Math.Min(
                options.FirstDelay.TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, 62)),
                options.LongestDelay.TotalMilliseconds
            );
            delay = TimeSpan.FromMilliseconds(backOff * (1 + (options.Jitter * _random())));
            if (_bucket.Reserve() is var turn && turn > delay)
                delay = turn;
        }

        AddAfter(key, delay);
        return delay;
    }

    /// <summary>Failures since the last <see cref="Forget"/>.</summary>
    public int Failures(TKey key)
    {
        lock (_lock)
            return _failures.GetValueOrDefault(key);
    }

    /// <summary>Resets the failures of a key.</summary>
    public void Forget(TKey key)
    {
        lock (_lock)
            _failures.Remove(key);
    }

    /// <summary>Takes the next key, which is in progress until <see cref="Done"/>.</summary>
    public async ValueTask<TKey> TakeAsync(CancellationToken cancellationToken)
    {
        TKey key = await _ready.Reader.ReadAsync(cancellationToken);
        lock (_lock)
        {
            _processing.Add(key);
            _dirty.Remove(key);
        }

        return key;
    }

    /// <summary>Ends the processing of a key. If it was added meanwhile, it is queued again.</summary>
    public void Done(TKey key)
    {
        lock (_lock)
        {
            if (_processing.Remove(key) && _dirty.Contains(key) && !_isDisposed)
                _ready.Writer.TryWrite(key);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            foreach (Delay delay in _delays.Values)
                delay.Timer?.Dispose();
            _delays.Clear();
            _ready.Writer.TryComplete();
        }
    }

    private void End(TKey key, Delay entry)
    {
        lock (_lock)
        {
            // A timer that fires while it is replaced by an earlier delay.
            if (_delays.GetValueOrDefault(key) != entry)
                return;
            TimeSpan remaining = entry.Length - time.GetElapsedTime(entry.Since);
            if (entry.Length > LongTimers.Longest && remaining > TimeSpan.Zero)
            {
                entry.Timer?.Change(LongTimers.Bound(remaining), Timeout.InfiniteTimeSpan);
                return;
            }

            _delays.Remove(key);
            entry.Timer?.Dispose();
        }

        Add(key);
    }

    private sealed class Delay(long since, TimeSpan length)
    {
        public long Since => since;

        public TimeSpan Length => length;

        public ITimer? Timer { get; set; }
    }
}

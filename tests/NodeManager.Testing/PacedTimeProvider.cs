namespace NodeManager.Testing;

/// <summary>
/// A clock that shows the wall's time at first and continues with it in small steps, of which none is made up for: where the machine is too
/// busy to make them, no time passes. A cluster whose clock runs at a multiple of it does not outrun its test.
/// </summary>
public sealed class PacedTimeProvider : TimeProvider, IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    private readonly ManualTimeProvider _clock = new(System.GetUtcNow());
    private readonly CancellationTokenSource _stopped = new();

    public PacedTimeProvider() => _ = RunAsync(_stopped.Token);

    public override long TimestampFrequency => _clock.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => _clock.LocalTimeZone;

    public override DateTimeOffset GetUtcNow() => _clock.GetUtcNow();

    public override long GetTimestamp() => _clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _clock.CreateTimer(callback, state, dueTime, period);

    public void Dispose()
    {
        _stopped.Cancel();
        _stopped.Dispose();
    }

    private async Task RunAsync(CancellationToken stopped)
    {
        while (!stopped.IsCancellationRequested)
        {
            await Task.Delay(Step, System, CancellationToken.None);
            _clock.Advance(Step);
        }
    }
}

using NodeManager.Core.Nodes.Reading;

namespace NodeManager.Core.Usage;

public sealed record UsageRequest
{
    public required NodeQuery Nodes { get; init; }

    /// <summary>The duration; null takes one sample.</summary>
    public TimeSpan? Window { get; init; }

    public TimeSpan Interval { get; init; } = DefaultInterval;

    /// <summary>metrics-server measures every 15 to 60 seconds.</summary>
    public static TimeSpan DefaultInterval { get; } = TimeSpan.FromSeconds(30);

    public static TimeSpan ShortestInterval { get; } = TimeSpan.FromSeconds(1);

    /// <summary>The maximum number of samples.</summary>
    public const int MaximumSamples = 10_000;

    /// <summary>The number of samples: one at the start, and one after each interval of the window.</summary>
    internal int Count => Window is { } window ? (int)(window / Interval) + 1 : 1;

    /// <exception cref="NodeManagerException">InvalidDuration.</exception>
    internal void Validate()
    {
        if (Window is not { } window)
            return;
        if (Interval < ShortestInterval)
            throw Invalid(
                Interval,
                $"The time between two samples is {HumanDuration.Format(Interval)}; it is at least one second.",
                "Specify -Sample 1s or more; the default is 30s."
            );
        if (window < Interval)
        {
            throw Invalid(
                window,
                $"The window of {HumanDuration.Format(window)} is shorter than the time between two samples, {HumanDuration.Format(Interval)}.",
                "Specify a longer -Window or a shorter -Sample. Without -Window, one sample is taken."
            );
        }

        if (window / Interval >= MaximumSamples)
        {
            throw Invalid(
                window,
                $"A window of {HumanDuration.Format(window)} has more than {MaximumSamples} samples of {HumanDuration.Format(Interval)}.",
                "Specify a shorter -Window or a longer -Sample."
            );
        }
    }

    private static NodeManagerException Invalid(TimeSpan value, string message, string action) =>
        new(ErrorIds.InvalidDuration, ErrorKind.InvalidArgument, message, value, action);
}

namespace NodeManager.Sandbox.Api.Pods;

/// <summary>The state of a pod's program.</summary>
/// <param name="Last">The result of the last start.</param>
/// <param name="PreviousLog">The output before the last start.</param>
/// <param name="At">The time of the last start in API format.</param>
internal sealed record PodRun(int Starts, SimulatedRun Last, string PreviousLog, string At)
{
    private const int FirstBackOff = 10;
    private const int LongestBackOff = 300;

    public bool IsCrashing => Last.ExitCode is not null;

    /// <summary>The kubelet's restart back-off: 0, then 10 seconds, doubled each time.</summary>
    public int BackOffSeconds => Starts < 2 ? 0 : Math.Min(LongestBackOff, FirstBackOff << Math.Min(Starts - 2, 5));
}

namespace NodeManager.Sandbox.Api.Pods;

/// <summary>How far the program in a pod is.</summary>
/// <param name="Starts">How often it was started.</param>
/// <param name="Last">How its last start turned out.</param>
/// <param name="PreviousLog">What it wrote before it was started the last time.</param>
/// <param name="At">When it was started the last time, as the API writes times.</param>
internal sealed record PodRun(int Starts, SimulatedRun Last, string PreviousLog, string At)
{
    private const int FirstBackOff = 10;
    private const int LongestBackOff = 300;

    public bool IsCrashing => Last.ExitCode is not null;

    /// <summary>How long a kubelet waits before it starts it again: not at all the first time, then 10 seconds, doubled each time.</summary>
    public int BackOffSeconds => Starts < 2 ? 0 : Math.Min(LongestBackOff, FirstBackOff << Math.Min(Starts - 2, 5));
}

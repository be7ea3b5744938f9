namespace NodeManager.Sandbox.Api.Pods;

/// <summary>How a start of a container turned out.</summary>
public sealed record SimulatedRun
{
    /// <summary>It ended immediately with this code, and will be started again, later each time; null: it runs.</summary>
    public int? ExitCode { get; init; }

    /// <summary>What it wrote to its log.</summary>
    public string Log { get; init; } = "";

    /// <summary>The Lease that it holds while it runs, or waits for; null: none.</summary>
    public SimulatedLease? Lease { get; init; }
}

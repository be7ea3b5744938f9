namespace NodeManager.Sandbox.Api.Pods;

/// <summary>The result of a container's start.</summary>
public sealed record SimulatedRun
{
    /// <summary>The exit code of a crash, which is followed by a restart; null: it runs.</summary>
    public int? ExitCode { get; init; }

    /// <summary>True for a crash that an annotation of the pod asks for.</summary>
    internal bool IsAnnotated { get; init; }

    /// <summary>Its output.</summary>
    public string Log { get; init; } = "";

    /// <summary>How it ends by itself; null: it runs until its pod ends.</summary>
    public SimulatedEnd? End { get; init; }

    /// <summary>The Lease that it holds or waits for; null for none.</summary>
    public SimulatedLease? Lease { get; init; }
}

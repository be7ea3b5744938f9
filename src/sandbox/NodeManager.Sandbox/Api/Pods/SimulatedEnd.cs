namespace NodeManager.Sandbox.Api.Pods;

/// <summary>The end of a program that is not restarted.</summary>
/// <param name="After">Since its start, by the cluster's clock.</param>
/// <param name="Reboots">True if the machine restarts then.</param>
public sealed record SimulatedEnd(int ExitCode, TimeSpan After, bool Reboots);

namespace NodeManager.Core.Scheduler.Simulation;

/// <summary>How a start of a scheduler turns out.</summary>
/// <param name="ExitCode">Null: it runs.</param>
/// <param name="Log">What it writes.</param>
/// <param name="Lease">By namespace and name, where it takes part in a leader election.</param>
public sealed record SchedulerStart(int? ExitCode, string Log, (string Namespace, string Name)? Lease);

using NodeManager.Sandbox.Api.Pods;
using NodeManager.SchedulerControl.Simulation;

namespace NodeManager.Sessions;

/// <summary>Simulated containers of an embedded cluster: schedulers only start with a valid configuration.</summary>
internal static class SandboxPrograms
{
    public static IReadOnlyList<SimulatedProgram> All { get; } = [RunScheduler];

    private static SimulatedRun? RunScheduler(SimulatedStart start) =>
        SchedulerProgram.Start(start.Image, start.Command, start.ReadFile, start.At) is { } outcome
            ? new()
            {
                ExitCode = outcome.ExitCode,
                Log = outcome.Log,
                Lease = outcome.Lease is var (ns, name) ? new(ns, name) : null,
            }
            : null;
}

using System.Diagnostics;

namespace NodeManager.Providers.ServerProcesses;

/// <summary>What <see cref="ServerProcess"/> starts.</summary>
public sealed record ServerLaunch
{
    /// <summary>From <see cref="ServerProgram.Start"/>.</summary>
    public required ProcessStartInfo Start { get; init; }

    public required ServerHandover Handover { get; init; }

    /// <summary>Whose cluster it serves.</summary>
    public required NodeManagerSession Session { get; init; }

    /// <summary>How long the start may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A file to which its log and audit lines are appended; null: they are not kept.</summary>
    public string? LogPath { get; init; }

    /// <summary>What ends with the process: the front of an embedded cluster.</summary>
    public IDisposable? Owned { get; init; }

    /// <summary>Of this machine: a process is started in real time, also for a cluster whose clock runs faster.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

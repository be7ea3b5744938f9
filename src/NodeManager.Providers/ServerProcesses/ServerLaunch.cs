using System.Diagnostics;

namespace NodeManager.Providers.ServerProcesses;

/// <summary>The start of a <see cref="ServerProcess"/>.</summary>
public sealed record ServerLaunch
{
    /// <summary>From <see cref="ServerProgram.Start"/>.</summary>
    public required ProcessStartInfo Start { get; init; }

    public required ServerHandover Handover { get; init; }

    public required NodeManagerSession Session { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Receives log and audit lines; null: none.</summary>
    public string? LogPath { get; init; }

    /// <summary>Disposed with the process: the listener of an embedded cluster.</summary>
    public IDisposable? Owned { get; init; }

    /// <summary>Real time, also for a cluster with a faster clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

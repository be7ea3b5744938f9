namespace NodeManager.Bench.Running;

/// <summary>What one run of a contender took.</summary>
/// <param name="Milliseconds">Of wall time.</param>
/// <param name="CpuMilliseconds">User and system, of the client's process. Null: not measured.</param>
/// <param name="PeakBytes">The largest working set of the client's process. Null: not measured.</param>
/// <param name="Bytes">What it read, as it arrived. Null: not measured.</param>
/// <param name="LiveBytes">Managed memory that it keeps, after a full collection. Null: not measured.</param>
/// <param name="LiveCourse">The same, minute by minute. Null: not measured.</param>
internal sealed record Sample(
    double Milliseconds,
    double? CpuMilliseconds = null,
    long? PeakBytes = null,
    long? Bytes = null,
    long? LiveBytes = null,
    IReadOnlyList<long>? LiveCourse = null
)
{
    /// <summary>The process at the end of each minute. Null: not measured.</summary>
    public IReadOnlyList<Minute>? Course { get; init; }
}

/// <summary>A process at the end of a minute.</summary>
/// <param name="Bytes">Its working set.</param>
/// <param name="Cpu">Since the start of the sample.</param>
internal sealed record Minute(long Bytes, TimeSpan Cpu);

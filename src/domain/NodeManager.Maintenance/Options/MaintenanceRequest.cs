using NodeManager.Core.Nodes;
using NodeManager.Runs;

namespace NodeManager.Maintenance.Options;

/// <summary>The nodes to maintain, and how; or the run to resume.</summary>
public sealed record MaintenanceRequest
{
    /// <summary>The default namespace of runs; deploy/rbac.yaml creates it.</summary>
    public const string DefaultNamespace = RunLayout.DefaultNamespace;

    /// <summary>Ignored when a run is resumed by its id.</summary>
    public IReadOnlyList<NodeTarget> Nodes { get; init; } = [];

    public MaintenanceOptions Options { get; init; } = new();

    /// <summary>
    /// Resume this run with its stored options, except those that <see cref="Options"/> sets to other than the default, and those in <see
    /// cref="Explicit"/>.
    /// </summary>
    public string? ResumeId { get; init; }

    /// <summary>Start the run with this unique id, or resume it; null: a new id.</summary>
    public string? RunId { get; init; }

    /// <summary>
    /// Names of properties of <see cref="MaintenanceOptions"/> and <see cref="Drains.Options.DrainOptions"/> that override those of a
    /// resumed run even if they have the default value.
    /// </summary>
    public IReadOnlyCollection<string> Explicit { get; init; } = [];

    /// <summary>The namespace of the run's ConfigMaps and Lease.</summary>
    public string Namespace { get; init; } = DefaultNamespace;

    /// <summary>The work on each drained node, and its output. An exception is that node's failure.</summary>
    public Func<ClusterNode, CancellationToken, Task<IReadOnlyList<object>>>? Work { get; init; }

    /// <summary>The text of the work, which identifies it in a resumed run. Only its hash is kept.</summary>
    public string WorkText { get; init; } = "";

    /// <summary>Run the work for several nodes concurrently; not stored with the run.</summary>
    public bool IsWorkParallel { get; init; }

    /// <summary>The Lease duration: another process can resume the run after this time without a renewal.</summary>
    public TimeSpan LeaseDuration { get; init; } = RunScope.DefaultLeaseDuration;

    /// <summary>The number of completed runs that are kept.</summary>
    public int History { get; init; } = 20;
}

using NodeManager.Core.Nodes;
using NodeManager.Runs;

namespace NodeManager.Maintenance.Options;

/// <summary>Which nodes to maintain, and how; or which run to resume.</summary>
public sealed record MaintenanceRequest
{
    /// <summary>The default namespace of runs; deploy/rbac.yaml creates it.</summary>
    public const string DefaultNamespace = RunLayout.DefaultNamespace;

    /// <summary>The nodes; ignored when a run is resumed by its id.</summary>
    public IReadOnlyList<NodeTarget> Nodes { get; init; } = [];

    public MaintenanceOptions Options { get; init; } = new();

    /// <summary>
    /// Resume this run, with the options that it has. What <see cref="Options"/> has that is not the default replaces them, and what
    /// <see cref="Explicit"/> names.
    /// </summary>
    public string? ResumeId { get; init; }

    /// <summary>Begin the run under this id, or resume it where it was begun before; null: the run gets an id of its own. The caller makes it unique.</summary>
    public string? RunId { get; init; }

    /// <summary>
    /// Names of properties of <see cref="MaintenanceOptions"/> and <see cref="Drains.Options.DrainOptions"/> that replace those of a resumed run even
    /// where they are the default.
    /// </summary>
    public IReadOnlyCollection<string> Explicit { get; init; } = [];

    /// <summary>Where the run's ConfigMap and Lease are.</summary>
    public string Namespace { get; init; } = DefaultNamespace;

    /// <summary>What to do on each drained node, and what it says. What it throws is that node's failure.</summary>
    public Func<ClusterNode, CancellationToken, Task<IReadOnlyList<object>>>? Work { get; init; }

    /// <summary>The text of the work, by which a run knows whether it is the same again. Only its hash is kept.</summary>
    public string WorkText { get; init; } = "";

    /// <summary>The work runs for several nodes concurrently; to be said again when the run is resumed.</summary>
    public bool IsWorkParallel { get; init; }

    /// <summary>How long the lease of a run is valid without a renewal, before another process can resume the run.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many runs that are over are kept.</summary>
    public int History { get; init; } = 20;
}

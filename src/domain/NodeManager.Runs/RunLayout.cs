using System.Security.Cryptography;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Runs;

/// <summary>
/// The layout of a run in ConfigMaps, which hold 1 MiB each and are written as a whole: the first has the run, its state and the first
/// fifty nodes, each further one fifty nodes more. Each node has its own key, so that its change is a small patch.
/// </summary>
public static class RunLayout
{
    /// <summary>The version of the layout. Others are not read, and distinguished from objects that are not runs.</summary>
    public const string Format = "1";

    public const string FormatKey = "format";
    public const string RunKey = "run";
    public const string StateKey = "state";
    public const string NodePrefix = "node.";

    /// <summary>Marks the first ConfigMap, and the Lease, of a run; the value is its id.</summary>
    public const string Label = "nodemanager.io/maintenance-run";

    /// <summary>Marks the further ConfigMaps of a run; the value is its id.</summary>
    public const string FurtherLabel = "nodemanager.io/maintenance-run-nodes";

    /// <summary>The Lease annotation by which another process requests the holder to stop; the value is the user.</summary>
    public const string StopKey = "nodemanager.io/stop-requested-by";

    /// <summary>The default namespace of runs; deploy/rbac.yaml creates it.</summary>
    public const string DefaultNamespace = "nodemanager";

    private const int NodesOfPage = 50;

    /// <summary>A new run id, which is also a valid object name.</summary>
    public static string NewId(DateTimeOffset now) => $"{now.UtcDateTime:yyyyMMdd-HHmmss}-{RandomNumberGenerator.GetHexString(4, true)}";

    /// <summary>The name of the first ConfigMap, and of the Lease.</summary>
    public static string NameOf(string run) => "nodemanager-run-" + run;

    /// <param name="page">Counts from 0.</param>
    public static string NameOf(string run, int page) => page == 0 ? NameOf(run) : $"{NameOf(run)}.{page}";

    public static string LabelOf(int page) => page == 0 ? Label : FurtherLabel;

    public static int PageOf(int index) => index / NodesOfPage;

    /// <summary>The number of ConfigMaps for this number of nodes.</summary>
    public static int Pages(int nodes) => Math.Max(1, (nodes + NodesOfPage - 1) / NodesOfPage);

    /// <summary>The run id of a further ConfigMap; null for others.</summary>
    public static string? RunOf(ConfigMap further) => further.Metadata.Labels?.GetValueOrDefault(FurtherLabel);
}

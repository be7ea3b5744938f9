using NodeManager.Core.Machines;

namespace NodeManager.Providers.ClusterApi;

/// <summary>A MachineDeployment or MachineSet with its Machines, as read from the server. Pure.</summary>
/// <param name="Machines">Those that it controls, by owner references and UIDs.</param>
/// <param name="MachineSets">How many MachineSets have Machines; more than one during a rollout.</param>
/// <param name="Pause">Why nothing may be written; null: it may.</param>
internal sealed record OwnerState(
    MachineOwnerReference Reference,
    MachineOwner Owner,
    OwnerRecord Record,
    IReadOnlyList<ClusterMachine> Machines,
    int MachineSets,
    string? Pause
)
{
    /// <summary>On a Machine: whose it is, as a <see cref="MachineMark"/>.</summary>
    public const string MarkAnnotation = "kubenodesmith.parawell.cloud/claim";

    /// <summary>On a Machine: a MachineSet that is scaled down deletes it first.</summary>
    public const string DeleteAnnotation = "cluster.x-k8s.io/delete-machine";

    /// <summary>The value of <see cref="DeleteAnnotation"/> that this provider sets: this, a claim's UID and a time.</summary>
    public const string DeletePrefix = "kubenodesmith ";

    public string Name => $"{Reference.Kind} {Owner.Metadata.Namespace}/{Owner.Metadata.Name}";

    public int Replicas => Owner.Spec.Replicas ?? 1;

    /// <summary>The Machines that the replicas stand for: all but those that they were lowered for.</summary>
    public IReadOnlyList<ClusterMachine> Counted => [.. Machines.Where(one => !Record.Removals.Values.Contains(one.Uid))];

    /// <summary>
    /// Another client has lowered the replicas, and Cluster API has not chosen a Machine yet. A rollout has one more for a time.
    /// </summary>
    public bool IsShrinking => MachineSets <= 1 && Counted.Count(static one => !one.IsDeleting) > Replicas;

    /// <summary>The claims without a Machine.</summary>
    public IReadOnlyList<string> Open => [.. Record.Claims.Keys.Where(claim => MachineOf(claim) is null)];

    /// <summary>The Machines that may be assigned to an open claim, oldest first.</summary>
    public IReadOnlyList<ClusterMachine> Free
    {
        get
        {
            HashSet<string> taken = [.. Record.Claims.Values, .. Record.Removals.Values, .. Record.Others];
            return
            [
                .. Machines
                    .Where(one => !one.IsDeleting && !taken.Contains(one.Uid) && TextOf(one, MarkAnnotation) is null)
                    .OrderBy(static one => one.Metadata.CreationTimestamp)
                    .ThenBy(static one => one.Uid, StringComparer.Ordinal),
            ];
        }
    }

    /// <summary>A Machine that the replicas were lowered for and that Cluster API has not started to delete; null: none.</summary>
    public ClusterMachine? Leaving => Machines.FirstOrDefault(one => !one.IsDeleting && Record.Removals.Values.Contains(one.Uid));

    public ClusterMachine? Find(string uid) => uid.Length == 0 ? null : Machines.FirstOrDefault(one => one.Uid == uid);

    /// <summary>The claim's Machine; null if none is assigned, or if it is gone.</summary>
    public ClusterMachine? MachineOf(string claim) => Record.Claims.TryGetValue(claim, out string? uid) ? Find(uid) : null;

    public static string? TextOf(ClusterMachine machine, string annotation) => machine.Metadata.Annotations?.GetValueOrDefault(annotation);

    /// <summary>The contradiction between a Machine's mark and a claim; null: they agree.</summary>
    public static string? Differs(ClusterMachine machine, string claim, string owner) =>
        MachineOwnership.Check(
            new(null, machine.Metadata.Name, claim),
            machine.Uid,
            owner,
            new(machine.Uid, machine.Metadata.Name, true, MachineMark.Parse(TextOf(machine, MarkAnnotation)))
        );
}

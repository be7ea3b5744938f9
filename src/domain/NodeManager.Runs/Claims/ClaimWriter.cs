using System.Text.Json.Nodes;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling;

namespace NodeManager.Runs.Claims;

/// <summary>
/// Claims, cordons and releases nodes. Each change is sent with the resourceVersion that it was made for, and records its undo in the
/// claim.
/// </summary>
public sealed class ClaimWriter(RunScope scope, string run, string holder)
{
    public string Run => run;

    public HeldLocks Locks { get; } = new();

    /// <summary>Claims the node. Takes over the recorded changes of an expired run, so that they are undone as well.</summary>
    /// <param name="dead">Runs without a live process.</param>
    /// <exception cref="NodeGoneException">The node is gone.</exception>
    public async Task<ClaimOutcome> ClaimAsync(string name, string uid, IReadOnlySet<string> dead, CancellationToken cancellationToken)
    {
        ClaimOutcome outcome = new(null, null, false);
        await ChangeAsync(
            name,
            uid,
            current =>
            {
                MaintenanceClaim? existing = MaintenanceClaim.Read(current);
                bool isOwn = existing?.Run == run;
                if (existing is not null && !isOwn && !dead.Contains(existing.Run))
                {
                    outcome = new(existing, null, false);
                    return null;
                }

                bool isCordoned = current["spec"]?["unschedulable"]?.GetValue<bool>() == true;
                outcome = new(null, isOwn ? null : existing, isOwn && existing!.IsBegun && isCordoned);
                if (isOwn && existing!.Holder == holder)
                    return null;
                MaintenanceClaim claim = (
                    existing
                    ?? new()
                    {
                        Run = run,
                        Namespace = "",
                        Holder = "",
                    }
                ) with
                {
                    Run = run,
                    Namespace = scope.Namespace,
                    Holder = holder,
                    At = scope.Now,
                    Locks = true,
                };
                return MaintenanceClaim.Annotations((MaintenanceClaim.Key, claim.ToJson()));
            },
            cancellationToken
        );
        return outcome;
    }

    /// <summary>True if this run, with any holder, has claimed the node.</summary>
    /// <exception cref="NodeGoneException">The node is gone.</exception>
    public async Task<bool> IsClaimedAsync(string name, string uid, CancellationToken cancellationToken)
    {
        bool isClaimed = false;
        await ChangeAsync(
            name,
            uid,
            current =>
            {
                isClaimed = MaintenanceClaim.Read(current)?.Run == run;
                return null;
            },
            cancellationToken
        );
        return isClaimed;
    }

    /// <summary>
    /// Cordons the node and excludes it from autoscalers. A node that the run cordoned before is cordoned again only if necessary.
    /// </summary>
    /// <param name="drainNote">The annotation of a drain.</param>
    /// <param name="use">Takes the node's lock in the same patch, until the release; null: no lock.</param>
    /// <returns>The node, and whether another client had cordoned it.</returns>
    /// <exception cref="ClaimLostException">The claim is gone or belongs to another run.</exception>
    /// <exception cref="NodeBusyException">Another operation holds the node's lock.</exception>
    public async Task<(Node Node, bool WasCordoned)> CordonAsync(
        string name,
        string uid,
        string drainNote,
        NodeLockUse? use,
        CancellationToken cancellationToken
    )
    {
        bool wasCordoned = false;
        NodeLock? mine = use is null || Locks.Find(uid) is not null ? null : NodeLocks.Create(scope.Session, use);
        Node node = await ChangeAsync(
            name,
            uid,
            current =>
            {
                MaintenanceClaim claim = Own(current);
                bool isCordoned = current["spec"]?["unschedulable"]?.GetValue<bool>() == true;
                wasCordoned = claim.IsBegun ? claim.WasCordoned : isCordoned;
                if (mine is not null)
                    NodeLocks.RefuseIfBusy(scope.Connection, current, mine);
                if (claim.IsBegun && isCordoned)
                    return mine is null ? null : NodeLock.Patch(mine);
                List<(string Key, string? Value)> set = [];
                foreach (
                    (string key, string value) in ((string, string)[])
                        [
                            (DisruptionAnnotations.ScaleDownDisabled, "true"),
                            (DisruptionAnnotations.DoNotDisrupt, "true"),
                            (DrainAnnotation.Key, drainNote),
                        ]
                )
                {
                    if (current["metadata"]?["annotations"]?[key] is null)
                        set.Add((key, value));
                }

                claim = claim with
                {
                    IsBegun = true,
                    WasCordoned = wasCordoned,
                    Set = [.. (claim.Set ?? []).Union(set.Select(s => s.Key))],
                };
                JsonObject patch = MaintenanceClaim.Annotations([.. set, (MaintenanceClaim.Key, claim.ToJson())]);
                patch["spec"] = new JsonObject { ["unschedulable"] = true };
                return mine is null ? patch : NodeLocks.Into(patch, mine);
            },
            cancellationToken
        );
        if (mine is not null)
            Locks.Add(uid, new(scope.Connection, mine, node));
        return (node, wasCordoned);
    }

    /// <summary>Restores the node: uncordons it unless another client had cordoned it, and removes the run's annotations.</summary>
    /// <returns>False if the claim was already gone, and nothing was changed.</returns>
    public Task<bool> ReleaseAsync(string name, string uid, CancellationToken cancellationToken) =>
        UndoAsync(name, uid, MaintenanceClaim.Undoing, cancellationToken);

    /// <summary>Restores the node as <see cref="ReleaseAsync"/> does, but keeps its claim for its next turn.</summary>
    /// <returns>False if the claim was gone, and nothing was changed.</returns>
    public Task<bool> YieldAsync(string name, string uid, CancellationToken cancellationToken) =>
        UndoAsync(
            name,
            uid,
            static claim =>
            {
                JsonObject patch = MaintenanceClaim.Undoing(claim);
                patch["metadata"]!["annotations"]![MaintenanceClaim.Key] = (
                    claim with
                    {
                        IsBegun = false,
                        WasCordoned = false,
                        Set = null,
                    }
                ).ToJson();
                return patch;
            },
            cancellationToken
        );

    /// <summary>True if the node has a claim of this run.</summary>
    public bool IsOwn(Node node) => MaintenanceClaim.Read(node.Metadata.Annotations?.GetValueOrDefault(MaintenanceClaim.Key))?.Run == run;

    private async Task<bool> UndoAsync(
        string name,
        string uid,
        Func<MaintenanceClaim, JsonObject> undo,
        CancellationToken cancellationToken
    )
    {
        bool isOurs = true;
        Locks.Detach(uid);
        await ChangeAsync(
            name,
            uid,
            current =>
            {
                MaintenanceClaim? claim = MaintenanceClaim.Read(current);
                isOurs = claim?.Run == run && claim.Holder == holder;
                return isOurs ? WithoutLock(current, undo(claim!)) : null;
            },
            cancellationToken
        );
        await Locks.ReleaseAsync(uid);
        return isOurs;
    }

    // In the patch that releases the node: a process that waits for the lock gets the final node.
    private JsonObject WithoutLock(JsonObject node, JsonObject patch) =>
        NodeLock.Read(node)?.Operation == run ? NodeLocks.Into(patch, null) : patch;

    private MaintenanceClaim Own(JsonObject node) =>
        MaintenanceClaim.Read(node) is { } claim && claim.Run == run && claim.Holder == holder
            ? claim
            : throw new ClaimLostException(MaintenanceClaim.Read(node));

    private Task<Node> ChangeAsync(string name, string uid, Func<JsonObject, JsonObject?> make, CancellationToken cancellationToken) =>
        scope.Retry.RunAsync(
            token =>
                NodeGoneException.GuardAsync(
                    name,
                    () =>
                        NodePatcher.ChangeAsync(
                            scope.Connection,
                            name,
                            current =>
                                current["metadata"]?["uid"]?.GetValue<string>() == uid ? make(current) : throw new NodeGoneException(name),
                            false,
                            token
                        )
                ),
            cancellationToken
        );
}

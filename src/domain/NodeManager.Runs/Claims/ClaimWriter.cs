using System.Text.Json.Nodes;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling;

namespace NodeManager.Runs.Claims;

/// <summary>
/// Claims nodes, cordons them and gives them back. Every change is made for the node as read and sent under its resourceVersion, so that
/// nothing is lost between looking and writing, and carries its own undoing in the claim.
/// </summary>
public sealed class ClaimWriter(RunScope scope, string run, string holder)
{
    public string Run => run;

    /// <summary>The locks of the nodes that the run works on.</summary>
    public HeldLocks Locks { get; } = new(scope.Time);

    /// <summary>Claims the node. From a dead run it takes over what that one did to it, so that this is undone as well.</summary>
    /// <param name="name">Of the node.</param>
    /// <param name="uid">Of the node.</param>
    /// <param name="dead">Runs without a live process.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Whose the node is, and whether the run has it cordoned from before.</returns>
    /// <exception cref="NodeGoneException">There is no such node any more.</exception>
    public async Task<ClaimOutcome> ClaimAsync(string name, string uid, IReadOnlySet<string> dead, CancellationToken cancellationToken)
    {
        ClaimOutcome outcome = new(null, null, false);
        await ChangeAsync(
            name,
            uid,
            current =>
            {
                MaintenanceClaim? there = MaintenanceClaim.Read(current);
                bool isOwn = there?.Run == run;
                MaintenanceClaim? other = there is null || isOwn ? null : there;
                bool isCordoned = current["spec"]?["unschedulable"]?.GetValue<bool>() == true;
                outcome =
                    other is not null && !dead.Contains(other.Run)
                        ? new(other, null, false)
                        : new(null, other, isOwn && there!.IsBegun && isCordoned);
                if (outcome.Other is not null || (isOwn && there!.Holder == holder))
                    return null;
                MaintenanceClaim claim = (
                    there
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

    /// <summary>Whether the node has a claim of this run, of any holder.</summary>
    /// <exception cref="NodeGoneException">There is no such node any more.</exception>
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

    /// <summary>Cordons the node and excludes it from autoscalers. A node that the run cordoned before is cordoned again only if necessary.</summary>
    /// <param name="name">Of the node.</param>
    /// <param name="uid">Of the node.</param>
    /// <param name="drainNote">The annotation of a drain.</param>
    /// <param name="use">The run takes the node's lock in the same patch, until it gives the node back; null: it does not.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The node, and whether it had been cordoned by another client.</returns>
    /// <exception cref="ClaimLostException">The claim is gone, or another's.</exception>
    /// <exception cref="NodeBusyException">Another operation works on the node.</exception>
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

    /// <summary>Gives the node back as it was found: uncordoned unless another client had cordoned it, without what the run had set.</summary>
    /// <returns>False where the claim was gone already, and nothing was changed.</returns>
    public async Task<bool> ReleaseAsync(string name, string uid, CancellationToken cancellationToken)
    {
        bool isOurs = true;
        Locks.Detach(uid);
        await ChangeAsync(
            name,
            uid,
            current =>
            {
                isOurs = MaintenanceClaim.Read(current) is { } there && there.Run == run && there.Holder == holder;
                return isOurs ? WithoutLock(current, MaintenanceClaim.Undoing(MaintenanceClaim.Read(current)!)) : null;
            },
            cancellationToken
        );
        await Locks.ReleaseAsync(uid);
        return isOurs;
    }

    /// <summary>Puts the node back into service as <see cref="ReleaseAsync"/> does, and keeps it claimed for its next turn.</summary>
    /// <returns>False where the claim was gone, and nothing was changed.</returns>
    public async Task<bool> YieldAsync(string name, string uid, CancellationToken cancellationToken)
    {
        bool isOurs = true;
        Locks.Detach(uid);
        await ChangeAsync(
            name,
            uid,
            current =>
            {
                isOurs = MaintenanceClaim.Read(current) is { } there && there.Run == run && there.Holder == holder;
                if (!isOurs)
                    return null;
                MaintenanceClaim claim = MaintenanceClaim.Read(current)!;
                JsonObject patch = MaintenanceClaim.Undoing(claim);
                patch["metadata"]!["annotations"]![MaintenanceClaim.Key] = (
                    claim with
                    {
                        IsBegun = false,
                        WasCordoned = false,
                        Set = null,
                    }
                ).ToJson();
                return WithoutLock(current, patch);
            },
            cancellationToken
        );
        await Locks.ReleaseAsync(uid);
        return isOurs;
    }

    /// <summary>Whether the node, as it is here, carries a claim of this run.</summary>
    public bool IsOwn(Node node) => MaintenanceClaim.Read(node.Metadata.Annotations?.GetValueOrDefault(MaintenanceClaim.Key))?.Run == run;

    // In the patch that gives the node back: who waits for the lock finds the node as it is to be.
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

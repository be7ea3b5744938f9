using System.Text.Json.Nodes;
using NodeManager.Core.Drain;
using NodeManager.Core.Maintenance.Running;
using NodeManager.Core.Nodes;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Maintenance.State;

/// <summary>
/// Claims nodes, cordons them and gives them back. Every change is made for the node as read and sent under its resourceVersion, so that
/// nothing is lost between looking and writing, and carries its own undoing in the claim.
/// </summary>
internal sealed class ClaimWriter(MaintenanceScope scope, string run, string holder)
{
    private const string ClusterAutoscaler = "cluster-autoscaler.kubernetes.io/scale-down-disabled";
    private const string Karpenter = "karpenter.sh/do-not-disrupt";

    /// <summary>Claims the node. From a dead run it takes over what that one did to it, so that this is undone as well.</summary>
    /// <param name="name">Of the node.</param>
    /// <param name="uid">Of the node.</param>
    /// <param name="dead">Runs that nobody works on any more.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Whose the node is, and whether the run has it cordoned from before.</returns>
    /// <exception cref="NodeGoneException">There is no such node any more.</exception>
    public async Task<ClaimOutcome> ClaimAsync(string name, string uid, IReadOnlySet<string> dead, CancellationToken cancellationToken)
    {
        ClaimOutcome outcome = new(null, null, false);
        await ChangeAsync(name, uid, current =>
        {
            NodeClaim? there = NodeClaim.Read(current);
            bool isOwn = there?.Run == run;
            NodeClaim? other = there is null || isOwn ? null : there;
            bool isCordoned = current["spec"]?["unschedulable"]?.GetValue<bool>() == true;
            outcome = other is not null && !dead.Contains(other.Run)
                ? new(other, null, false)
                : new(null, other, isOwn && there!.IsBegun && isCordoned);
            if (outcome.Other is not null || (isOwn && there!.Holder == holder)) return null;
            NodeClaim claim = (there ?? new() { Run = run, Namespace = "", Holder = "" })
                with { Run = run, Namespace = scope.Namespace, Holder = holder, At = scope.Now };
            return Annotations((NodeClaim.Key, claim.ToJson()));
        }, cancellationToken);
        return outcome;
    }

    /// <summary>Whether the node carries a claim of this run, whoever holds it.</summary>
    /// <exception cref="NodeGoneException">There is no such node any more.</exception>
    public async Task<bool> IsClaimedAsync(string name, string uid, CancellationToken cancellationToken)
    {
        bool isClaimed = false;
        await ChangeAsync(name, uid, current =>
        {
            isClaimed = NodeClaim.Read(current)?.Run == run;
            return null;
        }, cancellationToken);
        return isClaimed;
    }

    /// <summary>Cordons the node and tells autoscalers to leave it. One that the run cordoned before is only cordoned again if need be.</summary>
    /// <returns>The node, and whether it had been cordoned by somebody else.</returns>
    /// <exception cref="ClaimLostException">The claim is gone, or another's.</exception>
    public async Task<(Node Node, bool WasCordoned)> CordonAsync(string name, string uid, string drainNote, CancellationToken cancellationToken)
    {
        bool wasCordoned = false;
        Node node = await ChangeAsync(name, uid, current =>
        {
            NodeClaim claim = Own(current);
            bool isCordoned = current["spec"]?["unschedulable"]?.GetValue<bool>() == true;
            wasCordoned = claim.IsBegun ? claim.WasCordoned : isCordoned;
            if (claim.IsBegun && isCordoned) return null;
            List<(string Key, string? Value)> set = [];
            foreach ((string key, string value) in ((string, string)[])[(ClusterAutoscaler, "true"), (Karpenter, "true"), (DrainAnnotation.Key, drainNote)])
            {
                if (current["metadata"]?["annotations"]?[key] is null) set.Add((key, value));
            }

            claim = claim with { IsBegun = true, WasCordoned = wasCordoned, Set = [.. (claim.Set ?? []).Union(set.Select(s => s.Key))] };
            JsonObject patch = Annotations([.. set, (NodeClaim.Key, claim.ToJson())]);
            patch["spec"] = new JsonObject { ["unschedulable"] = true };
            return patch;
        }, cancellationToken);
        return (node, wasCordoned);
    }

    /// <summary>Gives the node back as it was found: uncordoned unless somebody else had cordoned it, without what the run had set.</summary>
    /// <returns>False where the claim was gone already, and nothing was changed.</returns>
    public async Task<bool> ReleaseAsync(string name, string uid, CancellationToken cancellationToken)
    {
        bool isOurs = true;
        await ChangeAsync(name, uid, current =>
        {
            isOurs = NodeClaim.Read(current) is { } there && there.Run == run && there.Holder == holder;
            return isOurs ? Undoing(NodeClaim.Read(current)!) : null;
        }, cancellationToken);
        return isOurs;
    }

    /// <summary>Puts the node back into service as <see cref="ReleaseAsync"/> does, and keeps it claimed for its next turn.</summary>
    /// <returns>False where the claim was gone, and nothing was changed.</returns>
    public async Task<bool> YieldAsync(string name, string uid, CancellationToken cancellationToken)
    {
        bool isOurs = true;
        await ChangeAsync(name, uid, current =>
        {
            isOurs = NodeClaim.Read(current) is { } there && there.Run == run && there.Holder == holder;
            if (!isOurs) return null;
            NodeClaim claim = NodeClaim.Read(current)!;
            JsonObject patch = Undoing(claim);
            patch["metadata"]!["annotations"]![NodeClaim.Key] = (claim with { IsBegun = false, WasCordoned = false, Set = null }).ToJson();
            return patch;
        }, cancellationToken);
        return isOurs;
    }

    /// <summary>Whether the node, as it is here, carries a claim of this run.</summary>
    public bool IsOwn(Node node) => NodeClaim.Read(node.Metadata.Annotations?.GetValueOrDefault(NodeClaim.Key))?.Run == run;

    /// <summary>The patch that undoes what a claim says was done.</summary>
    public static JsonObject Undoing(NodeClaim claim)
    {
        JsonObject patch = Annotations([.. (claim.Set ?? []).Select(key => (key, (string?)null)), (NodeClaim.Key, null)]);
        if (claim is { IsBegun: true, WasCordoned: false }) patch["spec"] = new JsonObject { ["unschedulable"] = null };
        return patch;
    }

    /// <summary>The same for the node as it is; null where no run has cordoned it.</summary>
    public static JsonObject? Undoing(JsonObject node) => NodeClaim.Read(node) is { IsBegun: true } claim ? Undoing(claim) : null;

    private NodeClaim Own(JsonObject node) =>
        NodeClaim.Read(node) is { } claim && claim.Run == run && claim.Holder == holder ? claim : throw new ClaimLostException(NodeClaim.Read(node));

    private Task<Node> ChangeAsync(string name, string uid, Func<JsonObject, JsonObject?> make, CancellationToken cancellationToken) =>
        scope.Patience.RunAsync(
            token => NodeGoneException.GuardAsync(name, () => NodePatcher.ChangeAsync(
                scope.Connection, name, null,
                current => current["metadata"]?["uid"]?.GetValue<string>() == uid ? make(current) : throw new NodeGoneException(name),
                false, token)),
            cancellationToken);

    private static JsonObject Annotations(params IEnumerable<(string Key, string? Value)> entries) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["annotations"] = new JsonObject(entries.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)e.Value))),
        },
    };
}

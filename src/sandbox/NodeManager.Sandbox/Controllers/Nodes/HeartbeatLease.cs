using NodeManager.Sandbox.Api.Registry;

namespace NodeManager.Sandbox.Controllers.Nodes;

/// <summary>The lease that a node's kubelet renews.</summary>
internal static class HeartbeatLease
{
    public const string Namespace = "kube-node-lease";

    /// <param name="owner">An owner reference to the node.</param>
    public static JsonObject Create(string node, JsonObject owner, DateTimeOffset renewedAt) =>
        new()
        {
            ["metadata"] = new JsonObject { ["name"] = node, ["ownerReferences"] = new JsonArray(owner) },
            ["spec"] = new JsonObject
            {
                ["holderIdentity"] = node,
                ["leaseDurationSeconds"] = 40,
                ["renewTime"] = ResourceRegistry.MicroTimestamp(renewedAt),
            },
        };
}

using System.Globalization;
using System.Text;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Model.Ownership;

namespace NodeManager.Sandbox.Controllers.Nodes;

/// <summary>The lease that a node's kubelet renews.</summary>
internal static class HeartbeatLease
{
    public const string Namespace = "kube-node-lease";

    private const string Kubelet = "kubelet";

    private static ReadOnlySpan<byte> RenewTime => "\"renewTime\":\""u8;

    /// <summary>The time of the last renewal; null if there is none.</summary>
    public static DateTimeOffset? RenewedAt(StoredObject lease)
    {
        ReadOnlySpan<byte> document = lease.Json.Span;
        int at = document.IndexOf(RenewTime);
        if (at < 0)
            return null;
        document = document[(at + RenewTime.Length)..];
        return DateTimeOffset.TryParse(
            Encoding.ASCII.GetString(document[..document.IndexOf((byte)'"')]),
            CultureInfo.InvariantCulture,
            out DateTimeOffset renewed
        )
            ? renewed
            : null;
    }

    /// <summary>A renewed copy, as its kubelet writes it. Most writes of a large cluster are renewals.</summary>
    /// <param name="written">The time of the write, by the API's clock.</param>
    /// <returns>Null where others have written the lease.</returns>
    public static StoredObject? Renew(StoredObject lease, DateTimeOffset moment, string written) =>
        lease.Owners.Entries is [{ Manager: Kubelet } own]
            ? lease.With(RenewTime, ResourceRegistry.MicroTimestamp(moment), ManagedFields.Of([own with { Time = written }]))
            : null;

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

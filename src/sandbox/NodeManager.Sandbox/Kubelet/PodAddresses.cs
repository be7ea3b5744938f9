using System.Globalization;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Sandbox.Kubelet;

/// <summary>Allocates pod addresses in the node's range.</summary>
internal static class PodAddresses
{
    public static string HostOf(Node node) => node.Status.Addresses?.Find(address => address.Type == "InternalIP")?.Address ?? "127.0.0.1";

    public static string Next(DocumentStore store, Node node, Pod pod)
    {
        if (pod.Spec.HostNetwork == true)
            return HostOf(node);
        HashSet<string> taken =
        [
            .. store.ListBy(BuiltInKinds.Pods, "spec.nodeName", node.Metadata.Name).Select(other => other.Field("status.podIP")),
        ];
        string stem = Stem(node);
        for (int last = 2; last < 255; last++)
        {
            string address = string.Create(CultureInfo.InvariantCulture, $"{stem}.{last}");
            if (!taken.Contains(address))
                return address;
        }
        return stem + ".255";
    }

    /// <summary>The first three octets, from the node's pod CIDR, else derived from its name.</summary>
    public static string Stem(Node node)
    {
        if (node.Spec.PodCIDR is { Length: > 0 } range && range.LastIndexOf('.') is > 0 and var end)
            return range[..end];
        uint hash = StableHash.Of(node.Metadata.Name);
        return string.Create(CultureInfo.InvariantCulture, $"10.{128 + (hash % 128)}.{(hash >> 8) & 255}");
    }
}

using System.Globalization;

namespace NodeManager.Sandbox.Kubelet;

/// <summary>Defaults of a simulated kubelet's node status.</summary>
internal static class NodeDefaults
{
    private const int RuntimeHandlersFrom = 31;
    private const int FeaturesFrom = 33;

    public static string KubeletVersion(int minorVersion) => string.Create(CultureInfo.InvariantCulture, $"v1.{minorVersion}.2");

    public static void Fill(JsonObject status, string name, int minorVersion)
    {
        if (status.Object("capacity") is null or { Count: 0 })
            status["capacity"] = new JsonObject
            {
                ["cpu"] = "8",
                ["ephemeral-storage"] = "104845292Ki",
                ["memory"] = "32Gi",
                ["pods"] = "110",
            };
        if (status.Object("allocatable") is null or { Count: 0 })
            status["allocatable"] = status["capacity"]!.DeepClone();
        uint hash = StableHash.Of(name);
        status.Default(
            "addresses",
            new JsonArray(
                new JsonObject
                {
                    ["type"] = "InternalIP",
                    ["address"] = string.Create(
                        CultureInfo.InvariantCulture,
                        $"10.{64 + (hash % 64)}.{(hash >> 8) & 255}.{1 + ((hash >> 16) % 254)}"
                    ),
                },
                new JsonObject { ["type"] = "Hostname", ["address"] = name }
            )
        );
        status.Default("daemonEndpoints", new JsonObject { ["kubeletEndpoint"] = new JsonObject { ["Port"] = 10250 } });
        // Versions in which kubelets report these by default.
        if (minorVersion >= RuntimeHandlersFrom)
            status.Default("runtimeHandlers", new JsonArray(Handler(""), Handler("runc")));
        if (minorVersion >= FeaturesFrom)
            status.Default("features", new JsonObject { ["supplementalGroupsPolicy"] = true });
        if (!string.IsNullOrEmpty(status.Object("nodeInfo").Text("kubeletVersion")))
            return;
        string identity = $"{hash:x8}{StableHash.Of(name, 1):x8}{StableHash.Of(name, 2):x8}{StableHash.Of(name, 3):x8}";
        status["nodeInfo"] = new JsonObject
        {
            ["machineID"] = identity,
            ["systemUUID"] = Guid.Parse(identity).ToString(),
            ["bootID"] = Guid.Parse(identity[16..] + identity[..16]).ToString(),
            ["kernelVersion"] = "6.12.40-cloud-amd64",
            ["osImage"] = "Debian GNU/Linux 13 (trixie)",
            ["containerRuntimeVersion"] = "containerd://2.1.4",
            ["kubeletVersion"] = KubeletVersion(minorVersion),
            ["kubeProxyVersion"] = minorVersion < 33 ? KubeletVersion(minorVersion) : "",
            ["operatingSystem"] = "linux",
            ["architecture"] = "amd64",
        };
    }

    private static JsonObject Handler(string name) =>
        new()
        {
            ["name"] = name,
            ["features"] = new JsonObject { ["recursiveReadOnlyMounts"] = true, ["userNamespaces"] = true },
        };
}

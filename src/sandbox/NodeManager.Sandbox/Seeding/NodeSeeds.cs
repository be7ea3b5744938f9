using System.Globalization;
using NodeManager.Sandbox.Controllers.Workloads;
using NodeManager.Sandbox.Kubelet;

namespace NodeManager.Sandbox.Seeding;

/// <summary>
/// The nodes of the demo cluster: pools over three zones; one node silent, one cordoned, one with an older patch version.
/// </summary>
internal sealed class NodeSeeds(SeedWriter writer, int seed, int minorVersion)
{
    private const string Region = "eu-central-1";
    private static readonly TimeSpan SilentFor = TimeSpan.FromMinutes(37);
    private int _number;

    public List<SeedNode> Write(int count)
    {
        List<Func<SeedNode>> nodes = [];
        foreach ((SeedPool pool, int size) in SeedPool.Share(count))
            for (int index = 0; index < size; index++)
                nodes.Add(Write(pool, index, size));
        writer.Finish();
        return nodes.ConvertAll(static stored => stored());
    }

    // The node exists once it is stored.
    private Func<SeedNode> Write(SeedPool pool, int index, int size)
    {
        char letter = "abc"[index % 3];
        string zone = $"{Region}{letter}";
        int width = size > 300 ? 3 : 2;
        string name = $"{pool.Name}-1{letter}-" + ((index / 3) + 1).ToString(CultureInfo.InvariantCulture).PadLeft(width, '0');
        int own = _number++;
        string address = string.Create(CultureInfo.InvariantCulture, $"10.0.{own / 250 * 4 + (index % 3)}.{10 + (own % 240)}");
        // The last nodes of the general pool have problems, if there are enough others.
        bool isGeneral = pool == SeedPool.General;
        bool isSilent = isGeneral && size >= 5 && index == size - 1;
        bool isCordoned = isGeneral && size >= 5 && index == size - 2;
        bool isBehind = isGeneral && size >= 3 && index == 0;
        string range = string.Create(CultureInfo.InvariantCulture, $"10.{100 + (own / 256)}.{own % 256}.0/24");
        var node = new NodeSeed(pool, name, zone, address, range, isSilent, isCordoned, isBehind, writer.NextUid(), writer.NextUid());
        writer.Later(2, () => Make(node));
        return () => new(writer.Get(BuiltInKinds.Nodes, "", name), pool, zone, address, range, takesPods: !isSilent);
    }

    private IEnumerable<StoredObject> Make(NodeSeed seeded)
    {
        string name = seeded.Name;
        TimeSpan age =
            TimeSpan.FromDays(seeded.IsControl ? 214 : 12 + (StableHash.Of(name, seed) % 90))
            + TimeSpan.FromSeconds(StableHash.Of(name, seed + 1) % 80_000);
        JsonObject annotations = new()
        {
            ["node.alpha.kubernetes.io/ttl"] = "0",
            ["volumes.kubernetes.io/controller-managed-attach-detach"] = "true",
        };
        if (seeded.IsSilent)
            annotations[SimulationAnnotations.Prefix + "heartbeat"] = "stop";
        JsonObject spec = new()
        {
            ["podCIDR"] = seeded.Range,
            ["podCIDRs"] = new JsonArray(seeded.Range),
            ["providerID"] = $"aws:///{seeded.Zone}/i-0{StableHash.Of(name, seed):x8}{StableHash.Of(name, seed + 2):x8}",
        };
        if (Taints(seeded) is { Count: > 0 } taints)
            spec["taints"] = taints;
        if (seeded.IsCordoned)
            spec["unschedulable"] = true;
        JsonObject metadata = new()
        {
            ["name"] = name,
            ["labels"] = Labels(seeded),
            ["annotations"] = annotations,
        };
        JsonObject status = Status(seeded.Pool, name, seeded.Address, seeded.Zone, seeded.IsSilent, seeded.IsBehind, age);
        StoredObject node = writer.Make(
            BuiltInKinds.Nodes,
            "",
            new()
            {
                ["metadata"] = metadata,
                ["spec"] = spec,
                ["status"] = status,
            },
            seeded.Uid,
            writer.Ago(age)
        );
        yield return node;
        yield return writer.Make(BuiltInKinds.Leases, "kube-node-lease", Lease(node, seeded.IsSilent), seeded.LeaseUid, writer.Ago(age));
    }

    private JsonObject Labels(NodeSeed seeded)
    {
        JsonObject labels = new()
        {
            ["beta.kubernetes.io/arch"] = "amd64",
            ["beta.kubernetes.io/os"] = "linux",
            ["kubernetes.io/arch"] = "amd64",
            ["kubernetes.io/hostname"] = seeded.Name,
            ["kubernetes.io/os"] = "linux",
            ["node.kubernetes.io/instance-type"] = seeded.Pool.InstanceType,
            ["pool"] = seeded.Pool.Name,
            ["topology.kubernetes.io/region"] = Region,
            ["topology.kubernetes.io/zone"] = seeded.Zone,
        };
        labels[seeded.IsControl ? "node-role.kubernetes.io/control-plane" : "node-role.kubernetes.io/worker"] = "";
        if (seeded.IsControl && minorVersion < 24)
            labels["node-role.kubernetes.io/master"] = "";
        if (seeded.Pool.Gpus > 0)
            labels["nvidia.com/gpu.product"] = "NVIDIA-A10G";
        return labels;
    }

    private JsonArray Taints(NodeSeed seeded)
    {
        JsonArray taints = [];
        if (seeded.IsControl)
            taints.Add(Taint(minorVersion < 24 ? "node-role.kubernetes.io/master" : "node-role.kubernetes.io/control-plane", "NoSchedule"));
        if (seeded.Pool.Gpus > 0)
            taints.Add(Taint("nvidia.com/gpu", "NoSchedule", "present"));
        if (seeded.IsCordoned)
            taints.Add(Taint("node.kubernetes.io/unschedulable", "NoSchedule", since: TimeSpan.FromHours(3)));
        if (seeded.IsSilent)
        {
            taints.Add(Taint("node.kubernetes.io/unreachable", "NoSchedule", since: SilentFor));
            taints.Add(Taint("node.kubernetes.io/unreachable", "NoExecute", since: SilentFor));
        }
        return taints;
    }

    private JsonObject Lease(StoredObject node, bool isSilent) =>
        new()
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = node.Name,
                ["ownerReferences"] = new JsonArray(PodTemplates.Reference(node, isController: false)),
            },
            ["spec"] = new JsonObject
            {
                ["holderIdentity"] = node.Name,
                ["leaseDurationSeconds"] = 40,
                ["renewTime"] = writer
                    .Ago(isSilent ? SilentFor : TimeSpan.FromSeconds(1))
                    .Replace("Z", ".000000Z", StringComparison.Ordinal),
            },
        };

    private JsonObject Taint(string key, string effect, string? value = null, TimeSpan? since = null)
    {
        JsonObject taint = new() { ["key"] = key };
        if (value is not null)
            taint["value"] = value;
        taint["effect"] = effect;
        if (since is { } age)
            taint["timeAdded"] = writer.Ago(age);
        return taint;
    }

    private JsonObject Status(SeedPool pool, string name, string address, string zone, bool isSilent, bool isBehind, TimeSpan age)
    {
        JsonObject status = new()
        {
            ["addresses"] = new JsonArray(
                new JsonObject { ["type"] = "InternalIP", ["address"] = address },
                new JsonObject { ["type"] = "InternalDNS", ["address"] = $"ip-{address.Replace('.', '-')}.{Region}.compute.internal" },
                new JsonObject { ["type"] = "Hostname", ["address"] = name }
            ),
            ["capacity"] = Amounts(pool, pool.Cores.ToString(CultureInfo.InvariantCulture), pool.CapacityMemory, "104845292Ki"),
            ["allocatable"] = Amounts(
                pool,
                string.Create(CultureInfo.InvariantCulture, $"{(int)(pool.AllocatableCpu * 1000)}m"),
                pool.AllocatableMemory,
                "95551679124"
            ),
        };
        NodeDefaults.Fill(status, name, minorVersion);
        JsonObject info = status["nodeInfo"]!.AsObject();
        string version = string.Create(CultureInfo.InvariantCulture, $"v1.{minorVersion}.{(isBehind ? 1 : 2)}");
        info["kubeletVersion"] = version;
        if (minorVersion < 33)
            info["kubeProxyVersion"] = version;
        info["kernelVersion"] = "6.12.46-66.121.amzn2023.x86_64";
        info["osImage"] = "Amazon Linux 2023.8.20250908";
        info["containerRuntimeVersion"] = "containerd://2.1.4";
        string ready = writer.Ago(isSilent ? SilentFor : age - TimeSpan.FromSeconds(40));
        string beat = writer.Ago(isSilent ? SilentFor + TimeSpan.FromMinutes(2) : TimeSpan.FromSeconds(StableHash.Of(name, seed) % 280));
        foreach ((string type, string reason, string message) in Healthy)
        {
            if (isSilent)
                status.SetCondition(type, "Unknown", ready, "NodeStatusUnknown", "Kubelet stopped posting node status.");
            else
                status.SetCondition(type, type == "Ready" ? "True" : "False", ready, reason, message);
            status.Condition(type)!["lastHeartbeatTime"] = beat;
        }
        return status;
    }

    private static readonly (string Type, string Reason, string Message)[] Healthy =
    [
        ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        ("Ready", "KubeletReady", "kubelet is posting ready status"),
    ];

    private static JsonObject Amounts(SeedPool pool, string cpu, decimal memory, string storage)
    {
        JsonObject amounts = new()
        {
            ["cpu"] = cpu,
            ["ephemeral-storage"] = storage,
            ["hugepages-1Gi"] = "0",
            ["hugepages-2Mi"] = "0",
            ["memory"] = string.Create(CultureInfo.InvariantCulture, $"{(long)(memory / 1024)}Ki"),
            ["pods"] = "110",
        };
        if (pool.Gpus > 0)
            amounts["nvidia.com/gpu"] = pool.Gpus.ToString(CultureInfo.InvariantCulture);
        return amounts;
    }

    private sealed record NodeSeed(
        SeedPool Pool,
        string Name,
        string Zone,
        string Address,
        string Range,
        bool IsSilent,
        bool IsCordoned,
        bool IsBehind,
        string Uid,
        string LeaseUid
    )
    {
        public bool IsControl => Pool == SeedPool.ControlPlane;
    }
}

using System.Globalization;
using NodeManager.Conformance.RealCluster;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;
using ControlPlane plane = await ControlPlane.GetAsync();
using var client = new KubernetesClient(plane.Server, plane.CreateAdminTransport());

// BenchCluster [NODES]: starts the control plane of KUBEBUILDER_ASSETS with so many nodes, prints the path of its kubeconfig once they are
// all there, and ends when its input does.
int count = args is [var text] ? int.Parse(text, CultureInfo.InvariantCulture) : 1000;
if (ServerBinaries.Find(out string reason) is null)
{
    await Console.Error.WriteLineAsync("No real API server: " + reason);
    return 1;
}

var limits = new ParallelOptions { MaxDegreeOfParallelism = 32 };
await Parallel.ForAsync(0, count, limits, async (i, stop) => await client.CreateAsync(Resources.Nodes, NodeOf(i), null, RequestOptions.Default, stop));

var ready = new HashSet<string>();
await foreach (WatchEvent<Node> change in client.WatchAsync(Resources.Nodes, new(), default))
{
    if (change.Object is { Spec.Taints: null or [] } node && node.Status.Conditions.IsTrue("Ready"))
        ready.Add(node.Metadata.Name);
    if (ready.Count == count) break;
}

Console.WriteLine(plane.WriteKubeconfig("admin", "system:masters"));
await Console.In.ReadToEndAsync();
return 0;

static Node NodeOf(int i)
{
    string name = string.Create(CultureInfo.InvariantCulture, $"bench-{i:00000}");
    Dictionary<string, Quantity> resources = new()
    {
        ["cpu"] = Quantity.Parse("32"),
        ["memory"] = Quantity.Parse("256Gi"),
        ["pods"] = Quantity.Parse("110"),
        ["ephemeral-storage"] = Quantity.Parse("100Gi"),
    };
    return new()
    {
        Metadata = new()
        {
            Name = name,
            Labels = new()
            {
                ["bench"] = "true",
                ["kubernetes.io/hostname"] = name,
                ["kubernetes.io/os"] = "linux",
                ["kubernetes.io/arch"] = "amd64",
                ["topology.kubernetes.io/zone"] = string.Create(CultureInfo.InvariantCulture, $"zone-{(i % 3) + 1}"),
            },
        },
        Status = new()
        {
            Capacity = resources,
            Allocatable = resources,
            NodeInfo = new()
            {
                MachineID = name,
                SystemUUID = name,
                BootID = name,
                KernelVersion = "6.1.0-simulated",
                OsImage = "Simulated Linux",
                ContainerRuntimeVersion = "simulated://1.0",
                KubeletVersion = "v1.20.2",
                KubeProxyVersion = "v1.20.2",
                OperatingSystem = "linux",
                Architecture = "amd64",
            },
        },
    };
}

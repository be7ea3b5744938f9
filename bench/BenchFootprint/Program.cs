using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager;
using NodeManager.Core.Autoscaling.Installation;
using NodeManager.Core.Autoscaling.Providers;
using NodeManager.Core.Autoscaling.Resources;
using NodeManager.Core.Autoscaling.Running;
using NodeManager.Core.Monitoring;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Observing;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Providers;
using NodeManager.Sandbox;

// BenchFootprint NODES: an embedded cluster of so many nodes, each with ten pods, and each in a process of its own, over HTTPS: an autoscaler, a health
// monitor and a list of nodes with their usage. What their caches take, and their CPU time over 60 s in which nothing happens but heartbeats.
const string Namespace = NodeSmithNames.DefaultNamespace;
if (args is ["measure", string who, string kubeconfig])
{
    await MeasureAsync(who, kubeconfig);
    return;
}

int nodes = args is [string text, ..] ? int.Parse(text, CultureInfo.InvariantCulture) : 5000;
using SandboxCluster cluster = SandboxCluster.Start(new() { Nodes = nodes });
string path = cluster.Serve(new()).KubeconfigPath;
using NodeManagerSession admin = await SessionFactory.ConnectAsync("bench", cluster.Server, cluster.CreateTransport(), null, NullLogger.Instance, TimeProvider.System, CancellationToken.None);
await PrepareAsync(admin);
string program = Assembly.GetExecutingAssembly().Location;
foreach (string one in args is [_, .. { Length: > 0 } few] ? few : ["autoscaler", "monitor", "usage"])
{
    using Process child = Process.Start(new ProcessStartInfo("dotnet", ["exec", program, "measure", one, path]))!;
    await child.WaitForExitAsync();
}

static async Task PrepareAsync(NodeManagerSession session)
{
    await foreach (object _ in AutoscalerInstaller.InstallAsync(session, Namespace, TimeSpan.FromMinutes(2), static _ => Task.FromResult(true), NullObserver.Instance, CancellationToken.None))
    {
        // Installed.
    }

    await AddAsync(NodeSmithResources.Providers, "NodeSmithProvider", "sim", """{"type":"simulated"}""");
    await AddAsync(NodeSmithResources.Pools, "NodeSmithPool", "small", """{"providerRef":"sim","limits":{"minNodes":0,"maxNodes":10,"cpuCores":0,"memoryMiB":0},"machineTemplate":{}}""");
    await AddAsync(NodeSmithResources.ControlPlanes, "NodeSmithControlPlane", "plane", """{"pools":["small"]}""");

    async Task AddAsync<T>(ResourceType<T> type, string kind, string name, string spec)
        where T : KubernetesObject
    {
        var manifest = new JsonObject { ["apiVersion"] = NodeSmithNames.ApiVersion, ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = JsonNode.Parse(spec) };
        await session.Connection().Client.SendAsync(
            HttpMethod.Post, type.Path(Namespace), new StringContent(manifest.ToJsonString(), System.Text.Encoding.UTF8, "application/json"), type.Item, RequestOptions.Default, CancellationToken.None);
    }
}

static async Task MeasureAsync(string who, string kubeconfig)
{
    BuiltInMachineProviders.Register();
    using NodeManagerSession session = await SessionFactory.ConnectAsync(
        Kubeconfig.Load(new() { Paths = [kubeconfig] }), "Kubeconfig", NullLogger.Instance, TimeProvider.System, CancellationToken.None);
    long before = Live();
    RunningOperation? running = who switch
    {
        "autoscaler" => AutoscalerHost.Start(session, new() { Providers = session.Connection().MachineProviders(), Planner = new RulePlanner() }),
        "monitor" => HealthMonitoring.Start(new MonitorRequest { Session = session }),
        _ => null,
    };
    if (running is null)
    {
        int listed = 0;
        await foreach (ClusterNode _ in NodeReader.ReadAsync(session, new() { Usage = true }, static missing => throw missing, NullObserver.Instance, CancellationToken.None)) listed++;
        // Without users the pods stay for 30 s.
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{who}: {listed} nodes; caches {(Live() - before) / 1048576.0:0.0} MB live"));
        return;
    }

    if (who == "autoscaler")
    {
        while (true)
        {
            NodeAutoscaler state = await AutoscalerReader.ReadAsync(session, Namespace, 200, CancellationToken.None);
            if (state.Decisions.Any(static one => one is { Target: "pool", Pool: "small" })) break;
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        }
    }

    await Task.Delay(TimeSpan.FromSeconds(30), TimeProvider.System);
    long live = Live() - before;
    // At rest means that code which runs now and then has been compiled: for some minutes that costs more than what it does.
    await Task.Delay(TimeSpan.FromMinutes(3), TimeProvider.System);
    using Process process = Process.GetCurrentProcess();
    TimeSpan cpu = process.TotalProcessorTime;
    await Task.Delay(TimeSpan.FromSeconds(60), TimeProvider.System);
    process.Refresh();
    TimeSpan spent = process.TotalProcessorTime - cpu;
    int nodes = (await session.Connection().Client.ListAsync(Resources.Nodes.MetadataOnly(), new(), CancellationToken.None)).Items.Count;
    int pods = (await session.Connection().Client.ListAsync(Resources.Pods.MetadataOnly(), new(), CancellationToken.None)).Items.Count;
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{who}: {nodes} nodes, {pods} pods; caches {live / 1048576.0:0.0} MB live, working set {process.WorkingSet64 / 1048576.0:0} MB; idle CPU {spent.TotalSeconds:0.00} s in 60 s ({spent.TotalSeconds / 0.6:0.00} % of a core)"));
    running.Cancel();
    await running.Completion;
}

static long Live()
{
    GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    GC.WaitForPendingFinalizers();
    return GC.GetTotalMemory(forceFullCollection: true);
}

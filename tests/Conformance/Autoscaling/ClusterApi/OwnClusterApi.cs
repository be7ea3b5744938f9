using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Conformance.CustomResources;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.RealCluster;

namespace NodeManager.Conformance.Autoscaling.ClusterApi;

/// <summary>
/// Cluster API's own manager on a real API server: its controllers of Machines, MachineSets and MachineDeployments, and its definitions. Only the
/// infrastructure is ours: a machine is there as soon as it is asked for, and registers a node. NODEMANAGER_CLUSTER_API_MANAGER names the program,
/// NODEMANAGER_CLUSTER_API_CONFIG the folder <c>config</c> of its sources.
/// </summary>
internal sealed class OwnClusterApi : ClusterApiControllers
{
    private const string Manager = "NODEMANAGER_CLUSTER_API_MANAGER",
        Configuration = "NODEMANAGER_CLUSTER_API_CONFIG",
        Version = "v1beta2",
        Workload = "workload",
        Infrastructure = "infrastructure.cluster.x-k8s.io",
        Finalizer = "test.example.com/node";

    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private Task _running = Task.CompletedTask;
    private ServerProcess? _manager;

    private OwnClusterApi(TestCluster cluster)
        : base(cluster, Version) { }

    private string Machines => $"/apis/{Infrastructure}/v1/namespaces/{Cluster.Namespace}/testmachines";

    public static void SkipIfMissing()
    {
        Skip.If(ServerBinaries.Find(out string reason) is null, reason);
        foreach (string variable in (string[])[Manager, Configuration])
            Skip.If(string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable)), $"{variable} is not set (tests/README.md).");
    }

    public static async Task<OwnClusterApi> StartAsync(TestCluster cluster)
    {
        OwnClusterApi api = new(cluster);
        await api.DefineAsync();
        string kubeconfig = cluster.ServeKubeconfig();
        await api.CreateWorkloadAsync(kubeconfig);
        api._manager = StartManager(kubeconfig, cluster.Namespace);
        api._running = Task.Run(api.RunAsync);
        // The manager needs a moment before it marks the cluster; what it waits for is set as a control plane would.
        await Eventually.HoldsAsync(
            "Cluster API acts on the cluster",
            async () =>
            {
                api._manager.ThrowIfEnded();
                return (bool?)(await api.GetAsync("clusters", Workload))["status"]?["initialization"]?["infrastructureProvisioned"] == true;
            }
        );
        return api;
    }

    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _manager?.Dispose();
        _stop.Dispose();
    }

    protected override JsonObject SpecOf(string kind, int replicas)
    {
        JsonObject labels = new() { [$"{Group}/cluster-name"] = Workload, ["owner"] = "workers" };
        JsonObject spec = new()
        {
            ["clusterName"] = Workload,
            ["replicas"] = replicas,
            ["selector"] = new JsonObject { ["matchLabels"] = labels },
            ["deletion"] = new JsonObject { ["order"] = "Random" },
            ["template"] = new JsonObject
            {
                ["metadata"] = new JsonObject { ["labels"] = labels.DeepClone() },
                ["spec"] = new JsonObject
                {
                    ["clusterName"] = Workload,
                    ["version"] = "v1.30.0",
                    ["bootstrap"] = new JsonObject { ["dataSecretName"] = "none" },
                    ["infrastructureRef"] = new JsonObject
                    {
                        ["apiGroup"] = Infrastructure,
                        ["kind"] = "TestMachineTemplate",
                        ["name"] = "workers",
                    },
                },
            },
        };
        // What the webhooks of Cluster API would add.
        if (kind == "MachineDeployment")
            spec["rollout"] = new JsonObject
            {
                ["strategy"] = new JsonObject
                {
                    ["type"] = "RollingUpdate",
                    ["rollingUpdate"] = new JsonObject { ["maxSurge"] = 1, ["maxUnavailable"] = 0 },
                },
            };
        return spec;
    }

    private async Task DefineAsync()
    {
        string folder = Path.Combine(Environment.GetEnvironmentVariable(Configuration)!, "crd", "bases");
        foreach (string file in Directory.GetFiles(folder, "*.yaml"))
        {
            WireAnswer answer = await Cluster.SendAsync(
                "POST",
                CustomKind.Definitions,
                await File.ReadAllTextAsync(file),
                "application/yaml"
            );
            Assert.True(answer.Code == HttpStatusCode.Created, $"{file}: {answer.Text}");
        }

        foreach (
            (string plural, string kind) in ((string, string)[])
                [("testmachines", "TestMachine"), ("testmachinetemplates", "TestMachineTemplate")]
        )
        {
            JsonObject definition = CustomKind.Define(
                plural,
                Infrastructure,
                kind,
                """{ "type": "object", "x-kubernetes-preserve-unknown-fields": true }"""
            );
            // The contract that the kind keeps, and its versions.
            definition["metadata"]!["labels"] = new JsonObject { [$"{Group}/{Version}"] = "v1" };
            WireAnswer answer = await Cluster.SendAsync("POST", CustomKind.Definitions, definition.ToJsonString());
            Assert.True(answer.Code == HttpStatusCode.Created, answer.Text);
            await new CustomKind(Cluster, plural, Infrastructure).WaitEstablishedAsync();
        }

        foreach (string plural in (string[])["clusters", "machines", "machinesets", "machinedeployments"])
            await Eventually.HoldsAsync(
                $"{plural} served",
                async () => (await Cluster.SendAsync("GET", PathOf(plural))).Code == HttpStatusCode.OK
            );
    }

    /// <summary>The workload cluster is the same as the management cluster.</summary>
    private async Task CreateWorkloadAsync(string kubeconfig)
    {
        string text = Convert.ToBase64String(Encoding.UTF8.GetBytes(await File.ReadAllTextAsync(kubeconfig)));
        await Cluster.EnsureAsync(
            $"/api/v1/namespaces/{Cluster.Namespace}/secrets",
            new()
            {
                ["metadata"] = new JsonObject
                {
                    ["name"] = $"{Workload}-kubeconfig",
                    ["labels"] = new JsonObject { [$"{Group}/cluster-name"] = Workload },
                },
                ["type"] = $"{Group}/secret",
                ["data"] = new JsonObject { ["value"] = text },
            }
        );
        await Cluster.EnsureAsync(
            $"/apis/{Infrastructure}/v1/namespaces/{Cluster.Namespace}/testmachinetemplates",
            new()
            {
                ["apiVersion"] = $"{Infrastructure}/v1",
                ["kind"] = "TestMachineTemplate",
                ["metadata"] = new JsonObject { ["name"] = "workers" },
                ["spec"] = new JsonObject { ["template"] = new JsonObject { ["spec"] = new JsonObject() } },
            }
        );
        await CreateAsync(
            "clusters",
            new()
            {
                ["kind"] = "Cluster",
                ["metadata"] = new JsonObject { ["name"] = Workload },
                ["spec"] = new JsonObject
                {
                    ["controlPlaneEndpoint"] = new JsonObject { ["host"] = "127.0.0.1", ["port"] = 6443 },
                },
            }
        );
        await PatchAsync(
            "clusters",
            Workload,
            new()
            {
                ["status"] = new JsonObject
                {
                    ["initialization"] = new JsonObject { ["controlPlaneInitialized"] = true },
                    ["conditions"] = new JsonArray(
                        new JsonObject
                        {
                            ["type"] = "ControlPlaneInitialized",
                            ["status"] = "True",
                            ["reason"] = "Initialized",
                            ["message"] = "",
                            ["lastTransitionTime"] = "2026-01-01T00:00:00Z",
                        }
                    ),
                },
            },
            "/status"
        );
    }

    private static ServerProcess StartManager(string kubeconfig, string ns)
    {
        string folder = Directory.CreateTempSubdirectory("nodemanager-capi-").FullName;
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            now.AddHours(-1),
            now.AddDays(1)
        );
        File.WriteAllText(Path.Combine(folder, "tls.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "tls.key"), key.ExportPkcs8PrivateKeyPem());
        int[] ports = ControlPlane.FreePorts(3);
        return new(
            Environment.GetEnvironmentVariable(Manager)!,
            folder,
            removeFolder: true,
            "--kubeconfig=" + kubeconfig,
            "--namespace=" + ns,
            "--leader-elect=false",
            "--skip-crd-migration-phases=StorageVersionMigration,CleanupManagedFields",
            "--webhook-cert-dir=" + folder,
            string.Create(CultureInfo.InvariantCulture, $"--webhook-port={ports[0]}"),
            string.Create(CultureInfo.InvariantCulture, $"--health-addr=127.0.0.1:{ports[1]}"),
            string.Create(CultureInfo.InvariantCulture, $"--diagnostics-address=127.0.0.1:{ports[2]}"),
            "--insecure-diagnostics"
        );
    }

    // The infrastructure, and what MachineSets choose.
    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            foreach (JsonNode machine in await ListAsync("machines"))
                if (IsDeleting(machine) && _seen.Add(NameOf(machine)))
                    Chosen.Enqueue(NameOf(machine));
            foreach (JsonNode? machine in (await Cluster.SendAsync("GET", Machines)).Json["items"]!.AsArray())
                await ReconcileAsync(machine!);
            await Task.Delay(50);
        }
    }

    private async Task ReconcileAsync(JsonNode machine)
    {
        string name = NameOf(machine);
        if (IsDeleting(machine))
        {
            await Cluster.SendAsync("DELETE", "/api/v1/nodes/" + name);
            await PatchMachineAsync(name, """{"metadata":{"finalizers":null}}""");
        }
        else if (machine["spec"]?["providerID"] is null)
        {
            string id = "example://" + name;
            await PatchMachineAsync(name, $$$"""{"metadata":{"finalizers":["{{{Finalizer}}}"]},"spec":{"providerID":"{{{id}}}"}}""");
            await PatchMachineAsync(name, """{"status":{"initialization":{"provisioned":true}}}""", "/status");
            JsonObject node = Manifests.Node(name, new Dictionary<string, string>(Cluster.Mark) { ["kubernetes.io/hostname"] = name });
            node["spec"] = new JsonObject { ["providerID"] = id };
            await Cluster.EnsureAsync("/api/v1/nodes", node);
        }
    }

    private Task PatchMachineAsync(string name, string patch, string subresource = "") =>
        Cluster.SendAsync("PATCH", $"{Machines}/{name}{subresource}", patch, MergePatch);
}

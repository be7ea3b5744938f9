using System.Globalization;
using System.Text;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.RealCluster;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;

namespace NodeManager.Conformance.Kubelets;

/// <summary>
/// A control plane with real kubelets on this machine, whose pods are processes. Its nodes have network namespaces of their own.
/// </summary>
internal sealed class RealKubelets : IAsyncDisposable
{
    private static readonly string Script = Path.Combine(RepositoryFolder.Path, "tests", "real-nodes", "kubelets.sh");

    // As of a control plane by default: a node whose kubelet is restarted stays Ready.
    private static readonly TimeSpan NodeGrace = TimeSpan.FromSeconds(40);

    // A unix socket's path has at most 107 characters.
    private readonly string _folder = Path.Combine("/tmp", "nmk-" + Path.GetRandomFileName());
    private readonly ControlPlane _plane;

    private RealKubelets(ControlPlane plane) => _plane = plane;

    /// <summary>The administrator's.</summary>
    public string Kubeconfig { get; private set; } = "";

    /// <summary>A program that does to a kubelet what <c>NODEMANAGER_REAL_KUBELET</c> requires.</summary>
    public string Program => Path.Combine(_folder, "kubelet");

    /// <summary>What this machine lacks to run them; empty where it lacks nothing.</summary>
    public static async Task<string> FindMissingAsync()
    {
        if (!OperatingSystem.IsLinux())
            return "Linux";
        return ServerBinaries.Find(out string reason) is null
            ? reason
            : string.Join(", ", (await RunAsync("missing")).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    public static async Task<RealKubelets> StartAsync(params IReadOnlyList<string> nodes)
    {
        var kubelets = new RealKubelets(await ControlPlane.StartWithoutNodesAsync(NodeGrace));
        try
        {
            await kubelets.StartNodesAsync(nodes);
            return kubelets;
        }
        catch
        {
            await kubelets.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await RunAsync("down", _folder);
        }
        finally
        {
            _plane.Dispose();
        }
    }

    private async Task StartNodesAsync(IReadOnlyList<string> nodes)
    {
        Directory.CreateDirectory(_folder);
        Kubeconfig = _plane.WriteKubeconfig("admin", "system:masters");
        File.Copy(_plane.WriteClient("admin", "system:masters").Authority, Path.Combine(_folder, "ca.crt"));
        await WriteProgramAsync();
        await AllowKubeletsAsync();
        foreach (string node in nodes)
        {
            string kubeconfig = await File.ReadAllTextAsync(_plane.WriteKubeconfig("system:node:" + node, "system:nodes"));
            // Through the relay of the script; the certificate is that of loopback.
            kubeconfig = kubeconfig.Replace("https://127.0.0.1:", "https://10.77.0.1:", StringComparison.Ordinal);
            kubeconfig = kubeconfig.Replace("  cluster:\n", "  cluster:\n    tls-server-name: localhost\n", StringComparison.Ordinal);
            await File.WriteAllTextAsync(Path.Combine(_folder, node + ".kubeconfig"), kubeconfig);
        }

        await RunAsync(["up", _folder, _plane.Server.Port.ToString(CultureInfo.InvariantCulture), .. nodes]);
        using KubernetesClient client = new(_plane.Server, _plane.CreateAdminTransport());
        await Eventually.GetAsync(
            $"{nodes.Count} nodes are ready",
            async () => (await client.ListAsync(Resources.Nodes, new(), default)).Items,
            items =>
                items.Count(static node => node.Status.Conditions?.Find(static one => one.Type == "Ready")?.Status == "True") == nodes.Count
        );
    }

    private async Task WriteProgramAsync()
    {
        await File.WriteAllTextAsync(Program, $"#!/bin/sh\nexec '{Script}' \"$1\" '{_folder}' \"$2\"\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    // The control plane has RBAC without the node authorizer.
    private async Task AllowKubeletsAsync()
    {
        using var http = new HttpClient(_plane.CreateAdminTransport()) { BaseAddress = _plane.Server };
        using var binding = new StringContent(
            """
            {
              "apiVersion": "rbac.authorization.k8s.io/v1",
              "kind": "ClusterRoleBinding",
              "metadata": {"name": "real-kubelets"},
              "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:node"},
              "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "system:nodes"}]
            }
            """,
            Encoding.UTF8,
            "application/json"
        );
        using HttpResponseMessage response = await http.PostAsync("apis/rbac.authorization.k8s.io/v1/clusterrolebindings", binding);
        response.EnsureSuccessStatusCode();
    }

    private static async Task<string> RunAsync(params IReadOnlyList<string> arguments)
    {
        ProcessRun run = await ProcessRun.RunAsync(new(Script, arguments), TimeSpan.FromMinutes(10));
        if (run.ExitCode != 0)
            throw new InvalidOperationException($"kubelets.sh {arguments[0]} ended with {run.ExitCode}:\n{run.Output}\n{run.Errors}");
        return run.Output;
    }
}

using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Providers.Tests.Proxmox;

/// <summary>
/// What a machine's kubelet does when it boots: registers a Node by the machine's name, without a provider ID, as where no cloud provider
/// runs. Simulated kubelets take it from there.
/// </summary>
internal static class BootedMachines
{
    private const long OverheadMiB = 2048;

    public static void JoinOnBoot(FakeProxmox proxmox, KubernetesClient client) => proxmox.Booted = vm => _ = JoinAsync(client, ToNode(vm));

    private static async Task JoinAsync(KubernetesClient client, JsonObject node)
    {
        try
        {
            var content = new StringContent(node.ToJsonString(), Encoding.UTF8, "application/json");
            await client.SendAsync(
                HttpMethod.Post,
                Resources.Nodes.Path(null),
                content,
                Resources.Nodes.Item,
                RequestOptions.Default,
                default
            );
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.Conflict)
        {
            // It booted before.
        }
    }

    private static JsonObject ToNode(FakeVm vm)
    {
        string name = vm.Configuration["name"];
        long cores = Number("cores", 1) * Number("sockets", 1),
            memory = Number("memory", 512);
        var resources = new JsonObject
        {
            ["cpu"] = Text(cores),
            ["memory"] = $"{Text(memory - OverheadMiB)}Mi",
            ["pods"] = "110",
            ["ephemeral-storage"] = "16Gi",
        };
        return new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Node",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["labels"] = new JsonObject
                {
                    ["kubernetes.io/hostname"] = name,
                    ["kubernetes.io/os"] = "linux",
                    ["kubernetes.io/arch"] = "amd64",
                },
            },
            ["status"] = new JsonObject { ["capacity"] = resources, ["allocatable"] = resources.DeepClone() },
        };

        long Number(string key, long whereUnset) =>
            long.TryParse(vm.Configuration.GetValueOrDefault(key), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
                ? number
                : whereUnset;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

using System.Text.Json;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Scheduling.Tests;

/// <summary>Objects as the API shows them: written as JSON, read as the client reads them.</summary>
internal static class Make
{
    public static Pod Pod(string spec = "{}", string status = "{}", string name = "web", string labels = "{}", string ns = "default") =>
        JsonSerializer.Deserialize(
            $$"""{"metadata":{"name":"{{name}}","namespace":"{{ns}}","uid":"{{ns}}-{{name}}","labels":{{labels}} },"spec":{{spec}},"status":{{status}} }""",
            KubernetesJson.Default.Pod
        )!;

    public static Pod On(
        string node,
        string name,
        string labels = "{}",
        string requests = "{}",
        string extra = "",
        string ns = "default"
    ) =>
        Pod(
            $$"""{"nodeName":"{{node}}","containers":[{"name":"c","resources":{"requests":{{requests}} } }]{{extra}} }""",
            name: name,
            labels: labels,
            ns: ns
        );

    public static Node Node(
        string name,
        string labels = "{}",
        string spec = "{}",
        string allocatable = """{"cpu":"4","memory":"8Gi","pods":"110"}"""
    ) =>
        JsonSerializer.Deserialize(
            $$"""{"metadata":{"name":"{{name}}","labels":{{labels}} },"spec":{{spec}},"status":{"allocatable":{{allocatable}} } }""",
            KubernetesJson.Default.Node
        )!;
}

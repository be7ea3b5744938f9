using System.Text.Json.Nodes;
using NodeManager.Core.Tests.Drain.Support;
using NodeManager.Drains.Decisions;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Tests.Drain.Rules;

public sealed class ForceRulesTests
{
    // node: Ready's status and taints; pod: words of what is special about it.
    [Theory]
    [InlineData("True", "", "", null)]
    [InlineData("True", "statefulset", "", null)] // its kubelet is there and stops it
    [InlineData("Unknown", "", "", null)]
    [InlineData("Unknown", "emptydir", "", null)]
    [InlineData("Unknown", "statefulset", "", "StatefulSet")]
    [InlineData("Unknown", "claim", "", "volumes")]
    [InlineData("Unknown", "ephemeral", "", "volumes")]
    [InlineData("False", "statefulset", "", "StatefulSet")]
    [InlineData("True", "claim", "node.kubernetes.io/unreachable", "volumes")]
    [InlineData("Unknown", "statefulset claim", "node.kubernetes.io/out-of-service", null)]
    [InlineData("Unknown", "finalizer", "node.kubernetes.io/out-of-service", "Finalizers")]
    [InlineData("True", "finalizer", "", "Finalizers")]
    [InlineData("", "statefulset", "", "StatefulSet")] // a node that is not known
    public void A_pod_that_can_still_write_data_is_not_force_deleted(string ready, string pod, string taint, string? refusal)
    {
        string? judged = ForceRules.Refusal(Pod(pod), ready.Length == 0 ? null : Node(ready, taint));

        if (refusal is null)
            Assert.Null(judged);
        else
            Assert.Contains(refusal, judged, StringComparison.Ordinal);
    }

    private static Pod Pod(string traits)
    {
        JsonObject pod = Sample.Pod("p");
        if (traits.Contains("statefulset", StringComparison.Ordinal))
            pod["metadata"]!["ownerReferences"]![0]!["kind"] = "StatefulSet";
        if (traits.Contains("finalizer", StringComparison.Ordinal))
            pod["metadata"]!["finalizers"] = new JsonArray("example.com/hold");
        JsonArray volumes = [];
        if (traits.Contains("claim", StringComparison.Ordinal))
            volumes.Add(JsonNode.Parse("""{"name":"v","persistentVolumeClaim":{"claimName":"c"}}"""));
        if (traits.Contains("ephemeral", StringComparison.Ordinal))
            volumes.Add(JsonNode.Parse("""{"name":"v","ephemeral":{}}"""));
        if (traits.Contains("emptydir", StringComparison.Ordinal))
            volumes.Add(JsonNode.Parse("""{"name":"v","emptyDir":{}}"""));
        pod["spec"]!["volumes"] = volumes;
        return pod.ReadPod();
    }

    private static Node Node(string ready, string taint)
    {
        JsonObject node = Sample.Node("n1");
        node["status"]!["conditions"] = JsonNode.Parse($$"""[{"type":"Ready","status":"{{ready}}"}]""");
        if (taint.Length > 0)
            node["spec"]!["taints"] = JsonNode.Parse($$"""[{"key":"{{taint}}","effect":"NoExecute"}]""");
        return node.Read(KubernetesJson.Default.Node);
    }
}

using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Scheduling;

/// <summary>Pods that name their node, as those of daemon sets do.</summary>
public sealed class NamedNodeTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task Nodes_that_a_pod_does_not_name_are_counted_together(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2);
        JsonObject manifest = Manifests.Pod("big", null, cluster.Mark);
        manifest["spec"]!["nodeSelector"] = null;
        manifest["spec"]!["containers"]![0]!["resources"] = new JsonObject { ["requests"] = new JsonObject { ["cpu"] = "900" } };
        manifest["spec"]!["affinity"] = JsonNode.Parse(
            $$"""
            {"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchFields":[{"key":"metadata.name","operator":"In","values":["{{nodes[
                0
            ]}}"]}]}]} } }
            """
        );
        await cluster.CreateAsync(Resources.Pods, manifest);

        // A scheduler's first attempt may still see the taint of a new node.
        Pod pod = await cluster.WaitForAsync(
            Resources.Pods,
            "big",
            static pod => MessageOf(pod)?.Contains("1 Insufficient cpu", StringComparison.Ordinal) == true
        );

        Assert.Matches(
            cluster.Minor >= 26
                ? @"[0-9]+ node\(s\) didn't satisfy plugin\(s\) \[NodeAffinity\]"
                : "[0-9]+ node\\(s\\) didn't match Pod's node affinity",
            MessageOf(pod)
        );
    }

    private static string? MessageOf(Pod pod) =>
        pod.Status.Conditions?.Find(static one => one is { Type: "PodScheduled", Status: "False" })?.Message;
}

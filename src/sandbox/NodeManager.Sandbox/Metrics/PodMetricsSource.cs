using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Api.Requests;

namespace NodeManager.Sandbox.Metrics;

/// <summary>Metrics of running pods on reporting nodes.</summary>
internal sealed class PodMetricsSource(UsageModel usage) : IComputedSource
{
    public IEnumerable<JsonObject> List(string? ns) =>
        usage.Store.List(BuiltInKinds.Pods).Objects.Walk(ns).Where(IsMeasured).Select(Measure);

    public JsonObject? Get(string ns, string name) =>
        usage.Store.Get(BuiltInKinds.Pods, ns, name) is { } pod && IsMeasured(pod) ? Measure(pod) : null;

    private bool IsMeasured(StoredObject pod) =>
        UsageModel.IsRunning(pod) && UsageModel.IsMeasured(usage.Store.Get(BuiltInKinds.Nodes, "", pod.Field("spec.nodeName")));

    private JsonObject Measure(StoredObject pod)
    {
        string moment = ResourceRegistry.Timestamp(usage.Moment);
        JsonArray containers = [];
        foreach (Container container in pod.As<Pod>().Spec.Containers)
            containers.Add(new JsonObject { ["name"] = container.Name, ["usage"] = UsageModel.Show(usage.Of(pod, container)) });
        return new()
        {
            ["kind"] = "PodMetrics",
            ["apiVersion"] = "metrics.k8s.io/v1beta1",
            ["metadata"] = new JsonObject
            {
                ["name"] = pod.Name,
                ["namespace"] = pod.Namespace,
                ["creationTimestamp"] = moment,
                ["labels"] = MetricsLabels.Of(pod),
            },
            ["timestamp"] = moment,
            ["window"] = UsageModel.Window,
            ["containers"] = containers,
        };
    }
}

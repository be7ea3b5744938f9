using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Api.Requests;

namespace NodeManager.Sandbox.Metrics;

internal sealed class NodeMetricsSource(UsageModel usage) : IComputedSource
{
    public IEnumerable<JsonObject> List(string? ns) =>
        usage.Store.List(BuiltInKinds.Nodes).Objects.Walk().Where(UsageModel.IsMeasured).Select(Measure);

    public JsonObject? Get(string ns, string name) =>
        usage.Store.Get(BuiltInKinds.Nodes, "", name) is { } node && UsageModel.IsMeasured(node) ? Measure(node) : null;

    private JsonObject Measure(StoredObject node)
    {
        string moment = ResourceRegistry.Timestamp(usage.Moment);
        return new()
        {
            ["kind"] = "NodeMetrics",
            ["apiVersion"] = "metrics.k8s.io/v1beta1",
            ["metadata"] = new JsonObject
            {
                ["name"] = node.Name,
                ["creationTimestamp"] = moment,
                ["labels"] = MetricsLabels.Of(node),
            },
            ["timestamp"] = moment,
            ["window"] = UsageModel.Window,
            ["usage"] = UsageModel.Show(usage.Of(node)),
        };
    }
}

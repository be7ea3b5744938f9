using System.Text.Json.Nodes;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Kinds.Rules;

internal static class NodeRules
{
    private const string NotReady = "node.kubernetes.io/not-ready";

    private static readonly string[] Information =
    [
        "machineID", "systemUUID", "bootID", "kernelVersion", "osImage", "containerRuntimeVersion", "kubeletVersion", "kubeProxyVersion",
        "operatingSystem", "architecture",
    ];

    public static KindRules Rules { get; } = new()
    {
        KeepsStatusOnCreate = true,
        StatusMayChangeMetadata = true,
        Default = Default,
        PrepareCreate = PrepareCreate,
        Validate = Validate,
    };

    private static void Default(JsonObject node)
    {
        node.Ensure("spec");
        JsonObject status = node.Ensure("status");
        if (status["capacity"] is { } capacity) status.Default("allocatable", capacity.DeepClone());
        if (status["daemonEndpoints"] is null) status["daemonEndpoints"] = new JsonObject { ["kubeletEndpoint"] = new JsonObject { ["Port"] = 0 } };
        JsonObject info = status.Ensure("nodeInfo");
        foreach (string member in Information) info.Default(member, "");
    }

    // A node that registers takes no pods until the node lifecycle controller has seen that it is ready.
    private static void PrepareCreate(JsonObject node)
    {
        JsonObject spec = node["spec"]!.AsObject();
        if (spec["taints"] is not JsonArray taints) spec["taints"] = taints = [];
        if (!taints.OfType<JsonObject>().Any(static taint => taint.Text("key") == NotReady && taint.Text("effect") == "NoSchedule"))
            taints.Add(new JsonObject { ["key"] = NotReady, ["effect"] = "NoSchedule" });
    }

    private static void Validate(JsonObject node, JsonObject? old, FieldErrors errors)
    {
        if (node.Object("spec").Array("taints") is not { } taints) return;
        TaintRules.Validate(taints, errors);
    }
}

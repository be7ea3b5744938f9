using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Drain;

/// <summary>
/// Does by hand, on a server that has lifecycle.k8s.io without its controller, what the controller and the responders would: one Eviction of one
/// pod, written as the API reference has it.
/// </summary>
internal sealed class EvictionDesk
{
    public const string Evictor = "imperative-eviction.k8s.io/evictor";

    private readonly TestCluster _cluster;
    private readonly string _name;

    private EvictionDesk(TestCluster cluster, string name)
    {
        _cluster = cluster;
        _name = name;
    }

    /// <summary>Makes an Eviction of the pod with these responders, and the server's own at the end; it is the first one's turn.</summary>
    public static async Task<EvictionDesk> OpenAsync(TestCluster cluster, Pod pod, int number, params string[] responders)
    {
        string name = $"pod-{number}-{pod.Metadata.Name}";
        await cluster.CreateAsync(
            Resources.EvictionProcesses,
            new JsonObject
            {
                ["apiVersion"] = "lifecycle.k8s.io/v1alpha1",
                ["kind"] = "Eviction",
                ["metadata"] = new JsonObject { ["name"] = name },
                ["spec"] = new JsonObject
                {
                    ["target"] = new JsonObject
                    {
                        ["pod"] = new JsonObject { ["name"] = pod.Metadata.Name, ["uid"] = pod.Metadata.Uid },
                    },
                },
            }
        );
        EvictionDesk desk = new(cluster, name);
        string[] all = [.. responders, Evictor];
        await desk.WriteAsync(status =>
        {
            status["observedGeneration"] = 1;
            status["targetResponders"] = new JsonArray([
                .. all.Select(
                    (r, i) =>
                        new JsonObject
                        {
                            ["name"] = r,
                            ["priority"] = 10000 - (100 * i),
                            ["state"] = i == 0 ? "Active" : "Inactive",
                        }
                ),
            ]);
            status["responders"] = new JsonArray([.. all.Select(r => new JsonObject { ["name"] = r })]);
            Find(status, "responders", all[0])["startTime"] = desk.Now;
            desk.Conclude(status, ("False", "AwaitingEviction", ""), ("False", "AwaitingEviction", ""));
        });
        return desk;
    }

    /// <summary>The EvictionRequest that a drain of ours makes, as soon as it wants the pod to go.</summary>
    public static Task<EvictionRequest> RequestAsync(TestCluster cluster, string intent = "Eviction") =>
        Eventually.GetAsync(
            $"an EvictionRequest with intent {intent}",
            async () => (await RequestsAsync(cluster)).Find(r => r.Spec.Requester == "nodemanager.io/drain")!,
            r => r?.Spec.Intent == intent
        );

    public static async Task<List<EvictionRequest>> RequestsAsync(TestCluster cluster) =>
        (await cluster.Client.ListAsync(Resources.EvictionRequests, new() { Namespace = cluster.Namespace }, default)).Items;

    /// <summary>What a responder reports.</summary>
    public Task SayAsync(string responder, string message) =>
        WriteAsync(status =>
        {
            JsonObject said = Find(status, "responders", responder);
            said["heartbeatTime"] = Now;
            said["message"] = message;
        });

    /// <summary>Its turn is over, in this state; the next one's begins.</summary>
    public Task PassOnAsync(string responder, string state) =>
        WriteAsync(status =>
        {
            JsonArray targets = status["targetResponders"]!.AsArray();
            int index = targets.IndexOf(Find(status, "targetResponders", responder));
            targets[index]!["state"] = state;
            if (state == "Completed")
                Find(status, "responders", responder)["completionTime"] = Now;
            if (index + 1 == targets.Count)
                return;
            targets[index + 1]!["state"] = "Active";
            Find(status, "responders", (string)targets[index + 1]!["name"]!)["startTime"] = Now;
        });

    /// <summary>The pod has gone.</summary>
    public Task EndAsync(string responder) =>
        WriteAsync(status =>
        {
            Find(status, "targetResponders", responder)["state"] = "Completed";
            Find(status, "responders", responder)["completionTime"] = Now;
            Conclude(status, ("False", "Succeeded", ""), ("True", "PodDeleted", "Target pod has been deleted."));
        });

    /// <summary>It has failed.</summary>
    public Task FailAsync(string reason, string message) =>
        WriteAsync(status => Conclude(status, ("True", reason, message), ("False", "EvictionFailed", "")));

    private string Now => _cluster.Time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private void Conclude(
        JsonObject status,
        (string Status, string Reason, string Message) failed,
        (string Status, string Reason, string Message) evicted
    ) => status["conditions"] = new JsonArray(Condition("Failed", failed), Condition("TargetEvicted", evicted));

    private JsonObject Condition(string type, (string Status, string Reason, string Message) what) =>
        new()
        {
            ["type"] = type,
            ["status"] = what.Status,
            ["reason"] = what.Reason,
            ["message"] = what.Message.Length > 0 ? what.Message : "Under way.",
            ["lastTransitionTime"] = Now,
        };

    private static JsonObject Find(JsonObject status, string list, string name) =>
        status[list]!.AsArray().OfType<JsonObject>().First(item => (string?)item["name"] == name);

    // Nobody else writes it: what is there is changed and written as a whole.
    private async Task WriteAsync(Action<JsonObject> change)
    {
        string path = $"/apis/lifecycle.k8s.io/v1alpha1/namespaces/{_cluster.Namespace}/evictions/{_name}";
        JsonObject status = (await _cluster.SendAsync("GET", path)).Json["status"]?.DeepClone().AsObject() ?? [];
        change(status);
        await _cluster.Client.PatchAsync(
            Resources.EvictionProcesses,
            _name,
            _cluster.Namespace,
            Patch.Merge(new() { ["status"] = status }),
            "status",
            RequestOptions.Default,
            default
        );
    }
}

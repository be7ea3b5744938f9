using System.Text.Json.Nodes;
using NodeManager.Sandbox.Api;
using NodeManager.Sandbox.Kinds;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Controllers;

/// <summary>
/// Makes Evictions of EvictionRequests, has a pod's responders work them off one after another, and is the last of them: it evicts within
/// the pod's budgets. Source: the Kubernetes API reference, lifecycle.k8s.io/v1alpha1, and KEP-4563.
/// </summary>
internal sealed class EvictionController(ControllerContext context) : Controller(context)
{
    /// <summary>The responder that every pod has in the end.</summary>
    public const string Evictor = "imperative-eviction.k8s.io/evictor";

    private const int EvictorPriority = 100;
    private static readonly TimeSpan HeartbeatDeadline = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan EvictorRetry = TimeSpan.FromSeconds(1);

    private readonly PodEvictor _evictor = new(context.Registry, context.Catalog);

    public override IReadOnlyList<ResourceKind> Kinds { get; } = [BuiltInKinds.EvictionRequests, BuiltInKinds.EvictionProcesses, BuiltInKinds.Pods];

    /// <summary>All is keyed by the pod, whether it is still there or not.</summary>
    public override void Observe(Change change) => Look(change.Object);

    public override void Begin(StoredObject item) => Look(item);

    protected override void Reconcile(ObjectKey key)
    {
        StoredObject[] requests = [.. Targeting(BuiltInKinds.EvictionRequests, key)];
        StoredObject[] processes = [.. Targeting(BuiltInKinds.EvictionProcesses, key)];
        foreach (string uid in requests.Concat(processes).Select(UidOf).Distinct())
            Reconcile(key, uid, [.. requests.Where(r => UidOf(r) == uid)], [.. processes.Where(p => UidOf(p) == uid)]);
    }

    private void Look(StoredObject item)
    {
        if (item.Kind == BuiltInKinds.Pods) Enqueue(item);
        else if (PodOf(item).Text("name") is { } name) Enqueue(new ObjectKey(BuiltInKinds.Pods, item.Namespace, name));
    }

    private void Reconcile(ObjectKey key, string uid, StoredObject[] requests, StoredObject[] processes)
    {
        StoredObject? pod = Get(key) is { } found && found.Uid == uid ? found : null;
        bool isWanted = requests.Any(static r => !r.IsDeleting && r.ToJson().Object("spec").Text("intent") == "Eviction");
        StoredObject? open = Array.Find(processes, static p => !IsOver(p));
        bool isEvicted = processes.Any(static p => Holds(p, "TargetEvicted"));
        if (open is null && isWanted && !isEvicted)
        {
            if (pod is null) Refuse(requests);
            else open = Make(key, uid, requests[0], processes.Length);
        }

        if (open is null) return;
        EvictionProgress progress = new(open.ToJson(), pod, isWanted, Context.Now, Registry.Now);
        if (progress.Advance(HeartbeatDeadline)) open = Write(open, progress.Status);
        if (progress.Active == Evictor && pod is { IsDeleting: false }) Evict(key, open, uid);
        if (progress.Next is { } next) EnqueueAt(key, next);
        Copy(requests, open.ToJson().Object("status").Array("conditions"));
    }

    private StoredObject Make(ObjectKey key, string uid, StoredObject request, int count)
    {
        JsonObject document = new()
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{key.Name}-{StableHash.Of(uid, count):x8}",
                ["labels"] = new JsonObject { [request.ToJson().Object("spec").Text("requester") ?? ""] = "requester" },
                ["ownerReferences"] = new JsonArray(new JsonObject
                {
                    ["apiVersion"] = "lifecycle.k8s.io/v1alpha1", ["kind"] = "EvictionRequest", ["name"] = request.Name, ["uid"] = request.Uid,
                }),
            },
            ["spec"] = new JsonObject { ["target"] = new JsonObject { ["pod"] = new JsonObject { ["name"] = key.Name, ["uid"] = uid } } },
        };
        StoredObject made = Registry.Create(BuiltInKinds.EvictionProcesses, key.Namespace, document);
        JsonArray wanted = Get(key)!.ToJson().Object("spec").Array("evictionResponders") ?? [];
        (string Name, long Priority)[] responders =
        [
            .. wanted.OfType<JsonObject>().Select(static r => (r.Text("name") ?? "", r.Number("priority") ?? 0)).Append((Evictor, EvictorPriority))
                .OrderByDescending(static r => r.Item2).ThenBy(static r => r.Item1, StringComparer.Ordinal),
        ];
        return Write(made, new()
        {
            ["targetResponders"] = new JsonArray([.. responders.Select(static r => new JsonObject { ["name"] = r.Name, ["priority"] = r.Priority, ["state"] = "Inactive" })]),
            ["responders"] = new JsonArray([.. responders.Select(static r => new JsonObject { ["name"] = r.Name })]),
        });
    }

    private void Evict(ObjectKey key, StoredObject process, string uid)
    {
        string said = "";
        try
        {
            _evictor.Evict(key.Namespace, key.Name, new() { Uid = uid });
        }
        catch (ApiException refused)
        {
            said = refused.Message;
            EnqueueAfter(key, EvictorRetry);
        }

        JsonObject status = process.ToJson().Ensure("status");
        JsonObject own = status.Array("responders")!.OfType<JsonObject>().First(static r => r.Text("name") == Evictor);
        if (said.Length > 0 && own.Text("message") == said) return;
        own["heartbeatTime"] = Registry.Now;
        if (said.Length > 0) own["message"] = said;
        else own["completionTime"] = Registry.Now;
        Write(process, status);
    }

    private void Refuse(IEnumerable<StoredObject> requests)
    {
        JsonObject status = [];
        status.SetCondition("Failed", "True", Registry.Now, "EvictionInvalid", "Target pod not found.");
        status.SetCondition("TargetEvicted", "False", Registry.Now, "EvictionFailed", "");
        Copy(requests, status.Array("conditions"));
    }

    private void Copy(IEnumerable<StoredObject> requests, JsonArray? conditions)
    {
        foreach (StoredObject request in requests.Where(static r => !r.IsDeleting))
        {
            JsonObject current = request.ToJson();
            if (conditions is null || JsonNode.DeepEquals(current.Object("status").Array("conditions"), conditions)) continue;
            Registry.UpdateStatus(request.Kind, request.Namespace, request.Name, document =>
            {
                JsonObject status = document.Ensure("status");
                status["conditions"] = conditions.DeepClone();
                status["observedGeneration"] = document.Object("metadata").Number("generation") ?? 1;
                return document;
            });
        }
    }

    private StoredObject Write(StoredObject process, JsonObject status) =>
        Registry.UpdateStatus(process.Kind, process.Namespace, process.Name, document =>
        {
            document["status"] = status.DeepClone();
            document["status"]!["observedGeneration"] = document.Object("metadata").Number("generation") ?? 1;
            return document;
        });

    private IEnumerable<StoredObject> Targeting(ResourceKind kind, ObjectKey pod) =>
        Store.List(kind).Objects.Walk(pod.Namespace).Where(item => PodOf(item).Text("name") == pod.Name);

    private static JsonObject? PodOf(StoredObject item) => item.ToJson().Object("spec").Object("target").Object("pod");

    private static string UidOf(StoredObject item) => PodOf(item).Text("uid") ?? "";

    private static bool IsOver(StoredObject process) => Holds(process, "Failed") || Holds(process, "TargetEvicted");

    private static bool Holds(StoredObject process, string condition) => process.ToJson().Object("status").Condition(condition).Text("status") == "True";
}

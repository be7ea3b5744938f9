using System.Globalization;
using System.Text.RegularExpressions;
using NodeManager.Sandbox.Controllers.Runtime;

namespace NodeManager.Sandbox.Controllers.Evictions;

/// <summary>
/// Creates Evictions for EvictionRequests, activates responders in turn, and reports to requests. Source: the Kubernetes API reference,
/// lifecycle.k8s.io/v1alpha1, KEP-4563, and the behavior of kube-controller-manager 1.37.
/// </summary>
internal sealed partial class EvictionRequestController : Controller
{
    private const int LongestName = 253;

    private readonly TargetIndex _requests;
    private readonly TargetIndex _processes;
    private readonly Dictionary<string, DateTimeOffset> _goneSince = [];

    public EvictionRequestController(ControllerContext context)
        : base(context)
    {
        _requests = new(BuiltInKinds.EvictionRequests, context.Store);
        _processes = new(BuiltInKinds.EvictionProcesses, context.Store);
    }

    public override IReadOnlyList<ResourceKind> Kinds { get; } =
    [BuiltInKinds.EvictionRequests, BuiltInKinds.EvictionProcesses, BuiltInKinds.Pods];

    /// <summary>Keyed by pod, existing or not.</summary>
    public override void Observe(Change change) => EnqueueTarget(change.Object, change.Type == ChangeType.Deleted);

    public override void Begin(StoredObject item) => EnqueueTarget(item, isGone: false);

    protected override void Reconcile(ObjectKey key)
    {
        IReadOnlyList<StoredObject> requests = _requests.Of(key),
            processes = _processes.Of(key);
        foreach (string uid in requests.Concat(processes).Select(UidOf).Distinct().ToArray())
            Reconcile(key, uid, [.. requests.Where(r => UidOf(r) == uid)], [.. processes.Where(p => UidOf(p) == uid)]);
    }

    private void EnqueueTarget(StoredObject item, bool isGone)
    {
        if (item.Kind == BuiltInKinds.Pods)
        {
            if (_requests.Knows(item) || _processes.Knows(item))
                Enqueue(item);
        }
        else if ((item.Kind == BuiltInKinds.EvictionRequests ? _requests : _processes).Track(item, isGone) is { } pod)
        {
            Enqueue(pod);
        }
    }

    private void Reconcile(ObjectKey key, string uid, StoredObject[] requests, StoredObject[] processes)
    {
        TargetPod target = Find(key, uid);
        JsonObject[] requested = [.. requests.Select(static r => r.ToJson())],
            documents = [.. processes.Select(static p => p.ToJson())];
        JsonObject? relevant = EvictionState.Relevant(documents);
        for (int i = 0; i < processes.Length; i++)
        {
            bool isOther = relevant is not null && !EvictionState.IsOver(relevant) && relevant != documents[i];
            if (!EvictionState.IsOver(documents[i]))
                Advance(key, processes[i], target, requested, isOther);
            Registry.Update(
                processes[i].Kind,
                key.Namespace,
                processes[i].Name,
                document => EvictionRequesters.Refresh(document, requested, target)
            );
        }

        foreach (JsonObject request in requested)
            Complete(key, request, target, relevant, documents.Length > 0);
        if (
            EvictionState.IsWanted(requested)
            && (relevant is null || (EvictionState.IsOver(relevant) && !EvictionState.Holds(relevant, "TargetEvicted")))
        )
            Make(key, uid, target, requested, documents.Length > 0);
        if (documents.All(EvictionState.IsOver))
            _goneSince.Remove(uid);
    }

    private TargetPod Find(ObjectKey key, string uid)
    {
        StoredObject? found = Get(key);
        if (found?.Uid == uid)
            return new(uid, found, null);
        if (!_goneSince.TryGetValue(uid, out DateTimeOffset since))
            _goneSince.Add(uid, since = Context.Now);
        return new(uid, found, since);
    }

    private void Advance(ObjectKey key, StoredObject process, TargetPod target, JsonObject[] requests, bool isOther)
    {
        DateTimeOffset? next = null;
        // Applied to the current status, because responders write their parts concurrently.
        Registry.UpdateStatus(
            process.Kind,
            key.Namespace,
            process.Name,
            document =>
            {
                if (EvictionState.IsOver(document))
                    return;
                JsonObject status = document.Ensure("status");
                status["observedGeneration"] = document.Object("metadata").Number("generation") ?? 1;
                if (isOther || target.IsOfGroup)
                {
                    Fail(status, isOther ? "Active Eviction already exists for the same target." : Grouped);
                    return;
                }

                if (EvictionRequesters.List(requests, status.Array("requesters")) is { Count: > 0 } requesters)
                    status["requesters"] = requesters;
                EvictionProgress progress = new(status, target, EvictionState.IsWanted(requests), Context.Now);
                progress.Advance();
                next = progress.Next;
            }
        );
        if (next is { } moment)
            EnqueueAt(key, moment);
    }

    private void Complete(ObjectKey key, JsonObject request, TargetPod target, JsonObject? relevant, bool hasEvictions)
    {
        long generation = request.Object("metadata").Number("generation") ?? 1;
        if (EvictionState.IsSettled(request) && request.Object("status").Number("observedGeneration") == generation)
            return;
        Registry.UpdateStatus(
            BuiltInKinds.EvictionRequests,
            key.Namespace,
            request.Object("metadata").Text("name")!,
            document =>
            {
                JsonObject status = document.Ensure("status");
                status["observedGeneration"] = document.Object("metadata").Number("generation") ?? 1;
                if (Fault(target, hasEvictions) is { } fault)
                {
                    Fail(status, fault);
                    return;
                }

                foreach (string type in (ReadOnlySpan<string>)["Failed", "TargetEvicted"])
                {
                    JsonObject? known = relevant.Object("status").Condition(type);
                    status.SetCondition(
                        type,
                        known.Text("status") ?? "False",
                        Registry.Now,
                        known.Text("reason") ?? "AwaitingEviction",
                        known is null ? "Waiting for an Eviction to report on progress." : known.Text("message") ?? ""
                    );
                }
            }
        );
    }

    private void Make(ObjectKey key, string uid, TargetPod target, JsonObject[] requests, bool hasEvictions)
    {
        if (Fault(target, hasEvictions) is not null)
            return;
        JsonObject request = requests.First(static r => !EvictionState.IsDeleting(r));
        StoredObject created = Registry.Create(
            BuiltInKinds.EvictionProcesses,
            key.Namespace,
            new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["name"] = NameFor(key),
                    ["labels"] = EvictionRequesters.Label(request),
                    ["ownerReferences"] = new JsonArray(EvictionRequesters.Owner(request)),
                },
                ["spec"] = new JsonObject
                {
                    ["target"] = new JsonObject
                    {
                        ["pod"] = new JsonObject { ["name"] = key.Name, ["uid"] = uid },
                    },
                },
            }
        );
        // Recorded before the change is reported, so that no second one is created.
        _processes.Track(created, isGone: false);
    }

    // pod-1-web, pod-2-web, …: continues from the highest number of a pod of this name.
    private string NameFor(ObjectKey key)
    {
        int last = Store
            .List(BuiltInKinds.EvictionProcesses)
            .Objects.Walk(key.Namespace)
            .Select(p => Numbered().Match(p.Name))
            .Where(m =>
                m.Success
                && (
                    m.Groups[2].Value == key.Name
                    || (m.Value.Length == LongestName && key.Name.StartsWith(m.Groups[2].Value, StringComparison.Ordinal))
                )
            )
            .Select(m => int.TryParse(m.Groups[1].Value, CultureInfo.InvariantCulture, out int number) ? number : 0)
            .DefaultIfEmpty()
            .Max();
        string name = $"pod-{last + 1}-{key.Name}";
        return name.Length > LongestName ? name[..LongestName] : name;
    }

    private static string? Fault(TargetPod target, bool hasEvictions)
    {
        if (!hasEvictions && target.Found is null)
            return "Target pod not found.";
        if (!hasEvictions && target.IsGone)
            return $"Target pod UID mismatch: expected {target.Uid}, got {target.Found!.Uid}.";
        return target.IsOfGroup ? Grouped : null;
    }

    private const string Grouped = "Target pod references a SchedulingGroup. Eviction is currently not supported.";

    private void Fail(JsonObject status, string message)
    {
        status.SetCondition("Failed", "True", Registry.Now, "EvictionInvalid", message);
        status.SetCondition("TargetEvicted", "False", Registry.Now, "EvictionFailed", "");
    }

    private static string UidOf(StoredObject item) => item.ToJson().Object("spec").Object("target").Object("pod").Text("uid") ?? "";

    [GeneratedRegex("^pod-([0-9]+)-(.*)$", RegexOptions.CultureInvariant)]
    private static partial Regex Numbered();
}

using System.Globalization;
using System.Text.RegularExpressions;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Controllers.Runtime;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Controllers.Evictions;

/// <summary>
/// The last responder of every pod: evicts it within its PDBs with growing back-off, and reports progress. Source: KEP-4563, and the
/// behavior of kube-controller-manager 1.37.
/// </summary>
internal sealed partial class ImperativeEvictor : Controller
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromMinutes(3);
    private const int LongestMessage = 4000;

    // The typo is the server's.
    private const string Marked = "pod has been been marked for deletion";

    private readonly TargetIndex _processes;
    private readonly EvictionHandler _evictor;
    private readonly Dictionary<ObjectKey, (string Uid, DateTimeOffset At)> _refused = [];

    public ImperativeEvictor(ControllerContext context)
        : base(context)
    {
        _processes = new(BuiltInKinds.EvictionProcesses, context.Store);
        _evictor = new(context.Registry, context.Catalog);
    }

    public override IReadOnlyList<ResourceKind> Kinds { get; } = [BuiltInKinds.EvictionProcesses, BuiltInKinds.Pods];

    public override void Observe(Change change) => EnqueueTarget(change.Object, change.Type == ChangeType.Deleted);

    public override void Begin(StoredObject item) => EnqueueTarget(item, isGone: false);

    protected override void Reconcile(ObjectKey key)
    {
        StoredObject[] mine = [.. _processes.Of(key).Where(static process => IsMine(process.ToJson()))];
        if (mine.Length == 0)
            _refused.Remove(key);
        foreach (StoredObject process in mine)
            Work(key, process);
    }

    private void EnqueueTarget(StoredObject item, bool isGone)
    {
        if (item.Kind == BuiltInKinds.EvictionProcesses)
        {
            if (_processes.Track(item, isGone) is { } pod)
                Enqueue(pod);
        }
        else if (_processes.Knows(item))
        {
            Enqueue(item);
        }
    }

    // It is labelled, was processed by the Eviction controller, and is active.
    private static bool IsMine(JsonObject process) =>
        process.Object("metadata").Object("labels").Text(Responders.Evictor) is "responder" or "requester-responder"
        && process.Object("status").Number("observedGeneration") is not null
        && process
            .Object("status")
            .Objects("targetResponders")
            .Any(static r => r.Text("name") == Responders.Evictor && r.Text("state") == "Active")
        && Own(process) is { } own
        && own.Text("completionTime") is null;

    private static JsonObject? Own(JsonObject process) =>
        process.Object("status").Objects("responders").FirstOrDefault(static r => r.Text("name") == Responders.Evictor);

    private void Work(ObjectKey key, StoredObject process)
    {
        JsonObject document = process.ToJson();
        string before = Own(document).Text("message") ?? "";
        TargetPod target = new(document.Object("spec").Object("target").Object("pod").Text("uid") ?? "", Get(key), null);
        (string message, DateTimeOffset? expected, bool isDone, TimeSpan? retryAfter) = Judge(key, target, before);
        if (retryAfter is { } pause)
            EnqueueAfter(key, pause < Heartbeat ? pause : Heartbeat);
        if (message.Length > LongestMessage)
            message = message[..LongestMessage];
        Registry.UpdateStatus(
            process.Kind,
            key.Namespace,
            process.Name,
            current =>
            {
                if (!IsMine(current))
                    return;
                Report(Own(current)!, message, expected, isDone);
            }
        );
    }

    private (string Message, DateTimeOffset? Expected, bool IsDone, TimeSpan? Again) Judge(ObjectKey key, TargetPod target, string before)
    {
        string phase = $" (pod phase=\"{target.Phase}\")";
        if (target.IsGone)
            return ($"\"{key.Name}\" pod has been deleted and fully terminated", null, true, null);
        if (target.DeletionTime is not null && target.HasEnded)
            return ($"\"{key.Name}\" pod has been deleted and fully terminated{phase}", null, true, null);
        if (target.DeletionTime is { } end)
        {
            string how = before.Contains($"{Marked} via the /eviction subresource", StringComparison.Ordinal)
                ? " via the /eviction subresource"
                : "";
            return (
                $"\"{key.Name}\" {Marked}{how} and is being terminated gracefully",
                end > Context.Now ? end : Context.Now,
                false,
                Heartbeat
            );
        }

        if (target.HasEnded)
            return ($"\"{key.Name}\" pod has been fully terminated{phase}", null, true, null);
        (string progress, TimeSpan? retryAfter) = Evict(key, target.Uid, before);
        return (progress, null, false, retryAfter);
    }

    private (string Message, TimeSpan? Again) Evict(ObjectKey key, string uid, string before)
    {
        int attempts = AttemptsPattern().Match(before) is { Success: true } match
            ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
            : 0;
        if (
            _refused.TryGetValue(key, out (string Uid, DateTimeOffset At) last)
            && last.Uid == uid
            && last.At + Pause(Math.Max(0, attempts - 1)) is var due
            && due > Context.Now
        )
            return (before, due - Context.Now);
        try
        {
            _evictor.Evict(key.Namespace, key.Name, new() { Uid = uid });
            _refused.Remove(key);
            return ($"\"{key.Name}\" {Marked} via the /eviction subresource and will be terminated gracefully", null);
        }
        catch (ApiException refusal)
        {
            _refused[key] = (uid, Context.Now);
            TimeSpan pause = Pause(attempts);
            if (refusal.RetryAfterSeconds is > 0 and int seconds && pause < TimeSpan.FromSeconds(seconds))
                pause = TimeSpan.FromSeconds(seconds);
            return (
                $"\"{key.Name}\" pod deletion via the /eviction subresource failed (attempts={attempts + 1}): {refusal.Message}",
                pause
            );
        }
    }

    private static TimeSpan Pause(int attempts) =>
        attempts > 10 || FirstPause * (1 << attempts) > LongestPause ? LongestPause : FirstPause * (1 << attempts);

    private void Report(JsonObject own, string message, DateTimeOffset? expected, bool isDone)
    {
        string now = Registry.Now;
        bool isStale = own.Time("heartbeatTime") is not { } heard || heard < Context.Now - Heartbeat + TimeSpan.FromSeconds(1);
        string? due =
            isDone ? now
            : expected is { } time ? ResourceRegistry.Timestamp(time)
            : null;
        bool isDueNew = due is not null && due != own.Text("expectedCompletionTime");
        if (!isStale && !isDueNew && !isDone && own.Text("message") == message)
            return;
        own["heartbeatTime"] = now;
        if (due is not null)
            own["expectedCompletionTime"] = due;
        if (isDone)
            own["completionTime"] = now;
        own["message"] = message;
    }

    [GeneratedRegex(@"\(attempts=([0-9]{1,9})\)", RegexOptions.CultureInvariant)]
    private static partial Regex AttemptsPattern();
}

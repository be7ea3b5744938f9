using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Kinds;
using NodeManager.Sandbox.Store;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Controllers;

/// <summary>Runs pods until enough of them have succeeded, or too many have failed.</summary>
internal sealed class JobController(ControllerContext context) : Controller(context)
{
    private const string Component = "job-controller";

    public override IReadOnlyList<ResourceKind> Kinds { get; } = [BuiltInKinds.Jobs, BuiltInKinds.Pods];

    public override void Observe(Change change)
    {
        if (change.Object.Kind == BuiltInKinds.Jobs) Enqueue(change.Object);
        else if (change.Object.As<Pod>().Controller() is { Kind: "Job" } owner) Enqueue(new ObjectKey(BuiltInKinds.Jobs, change.Object.Namespace, owner.Name));
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is not { IsDeleting: false } stored) return;
        JsonObject document = stored.ToJson();
        JsonObject spec = document["spec"]!.AsObject();
        if (IsOver(document.Object("status"))) return;
        List<StoredObject> pods = [.. Store.PodsOf(stored.Uid)];
        int succeeded = pods.Count(pod => pod.Field("status.phase") == "Succeeded");
        int failed = pods.Count(pod => pod.Field("status.phase") == "Failed");
        List<StoredObject> active = pods.FindAll(PodReading.IsActive);
        int completions = (int)(spec.Number("completions") ?? 1);
        string? over = failed > (spec.Number("backoffLimit") ?? 6) ? "Failed" : succeeded >= completions ? "Complete" : null;
        int wanted = over is not null || spec.Flag("suspend") == true ? 0 : (int)Math.Min(spec.Number("parallelism") ?? 1, completions - succeeded);
        int running = active.Count;
        for (; running < wanted; running++) Create(stored, spec);
        foreach (StoredObject surplus in active.Skip(wanted))
        {
            Registry.Delete(BuiltInKinds.Pods, surplus.Namespace, surplus.Name, new() { Uid = surplus.Uid });
            running--;
        }
        WriteStatus(stored, running, succeeded, failed, over);
    }

    private static bool IsOver(JsonObject? status) =>
        status.Condition("Complete").Text("status") == "True" || status.Condition("Failed").Text("status") == "True";

    private void Create(StoredObject job, JsonObject spec)
    {
        JsonObject pod = PodTemplates.MakePod(job, spec["template"]!.AsObject());
        PodTemplates.Label(pod, "job-name", job.Name);
        PodTemplates.Label(pod, "controller-uid", job.Uid);
        if (Context.MinorVersion >= 27)
        {
            PodTemplates.Label(pod, "batch.kubernetes.io/job-name", job.Name);
            PodTemplates.Label(pod, "batch.kubernetes.io/controller-uid", job.Uid);
        }
        StoredObject created = Registry.Create(BuiltInKinds.Pods, job.Namespace, pod);
        Context.Events.Normal(job, Component, "SuccessfulCreate", $"Created pod: {created.Name}");
    }

    private void WriteStatus(StoredObject job, int active, int succeeded, int failed, string? over)
    {
        string now = Registry.Now;
        Registry.UpdateStatus(job.Kind, job.Namespace, job.Name, document =>
        {
            JsonObject status = document.Ensure("status");
            status.Default("startTime", now);
            WorkloadStatuses.Set(status, "active", active);
            WorkloadStatuses.Set(status, "succeeded", succeeded);
            WorkloadStatuses.Set(status, "failed", failed);
            if (over == "Complete") status["completionTime"] = now;
            if (over is not null)
                status.SetCondition(over, "True", now, over == "Failed" ? "BackoffLimitExceeded" : null, over == "Failed" ? "Job has reached the specified backoff limit" : null);
            return document;
        });
        if (over == "Complete") Context.Events.Normal(job, Component, "Completed", "Job completed");
        else if (over == "Failed") Context.Events.Warning(job, Component, "BackoffLimitExceeded", "Job has reached the specified backoff limit");
    }
}

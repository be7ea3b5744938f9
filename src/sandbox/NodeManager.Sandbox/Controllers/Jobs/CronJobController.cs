using System.Globalization;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Controllers.Runtime;
using NodeManager.Sandbox.Controllers.Workloads;

namespace NodeManager.Sandbox.Controllers.Jobs;

/// <summary>Starts jobs by schedule and deletes old ones. Source: k8s.io/kubernetes/pkg/controller/cronjob.</summary>
internal sealed class CronJobController(ControllerContext context) : Controller(context)
{
    private const string Component = "cronjob-controller";
    private const int ScheduledTimeFrom = 28;
    private const int StableFrom = 21;

    /// <summary>Jobs start this time after the full minute, so that the clock has passed it.</summary>
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(100);

    public override IReadOnlyList<ResourceKind> Kinds { get; } = [PassiveKinds.CronJobs, BuiltInKinds.Jobs];

    public override void Observe(Change change)
    {
        StoredObject item = change.Object;
        if (item.Kind == PassiveKinds.CronJobs)
            Enqueue(item);
        else if (item.ControllerReference() is { Kind: "CronJob" } owner)
            Enqueue(new ObjectKey(PassiveKinds.CronJobs, item.Namespace, owner.Name));
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is not { IsDeleting: false } cron)
            return;
        JsonObject document = cron.ToJson();
        JsonObject spec = document["spec"]!.AsObject();
        StoredObject[] jobs = [.. Store.ControlledBy(cron.Uid, BuiltInKinds.Jobs)];
        RecordEnds(cron, document.Object("status"), jobs);
        DeleteOld(cron, jobs, "Complete", spec.Number("successfulJobsHistoryLimit"));
        DeleteOld(cron, jobs, "Failed", spec.Number("failedJobsHistoryLimit"));
        if (spec.Flag("suspend") == true)
            return;
        if (CronTimes.Parse(spec.Text("schedule") ?? "", spec.Text("timeZone")) is not { } times)
        {
            Context.Events.Warning(cron, Component, "UnparseableSchedule", $"unparseable schedule: {spec.Text("schedule")}");
            return;
        }

        if (times.Next(Context.Now) is { } next)
            EnqueueAt(key, next + Delay);
        if (Due(document, spec, times) is { } scheduled && Get(key) is { } current && current.Uid == cron.Uid)
            Run(current, current.ToJson(), scheduled);
    }

    /// <summary>The latest time without a job; null if there is none, or it is too late for it.</summary>
    private DateTimeOffset? Due(JsonObject document, JsonObject spec, CronTimes times)
    {
        DateTimeOffset since =
            document.Object("status").Time("lastScheduleTime") ?? document.Object("metadata").Time("creationTimestamp") ?? Context.Now;
        if (spec.Number("startingDeadlineSeconds") is { } deadline && Context.Now.AddSeconds(-deadline) is var earliest && earliest > since)
            since = earliest;
        return times.Latest(since, Context.Now);
    }

    private void Run(StoredObject cron, JsonObject document, DateTimeOffset scheduled)
    {
        JsonObject spec = document["spec"]!.AsObject();
        List<JsonObject> active = [.. document.Object("status").Objects("active")];
        switch (spec.Text("concurrencyPolicy"))
        {
            case "Forbid" when active.Count > 0:
                Context.Events.Normal(
                    cron,
                    Component,
                    "JobAlreadyActive",
                    "Not starting job because prior execution is running and concurrency policy is Forbid"
                );
                return;
            case "Replace":
                foreach (JsonObject job in active)
                    Delete(cron, job.Text("name") ?? "", job.Text("uid") ?? "");
                active.Clear();
                break;
        }

        StoredObject? created = Create(cron, spec.Object("jobTemplate"), scheduled);
        if (created is not null)
            active.Add(ReferenceTo(created));
        Registry.UpdateStatus(
            cron,
            target =>
            {
                JsonObject status = target.Ensure("status");
                SetActive(status, active);
                status["lastScheduleTime"] = ResourceRegistry.Timestamp(scheduled);
            }
        );
    }

    // Its name comes from the time, so that no time gets two jobs.
    private StoredObject? Create(StoredObject cron, JsonObject? template, DateTimeOffset scheduled)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{cron.Name}-{scheduled.ToUnixTimeSeconds() / 60}");
        if (Store.Get(BuiltInKinds.Jobs, cron.Namespace, name) is not null)
            return null;
        JsonObject metadata = template.Object("metadata")?.DeepClone().AsObject() ?? [];
        metadata.Remove("creationTimestamp");
        metadata["name"] = name;
        if (Context.MinorVersion >= ScheduledTimeFrom)
            metadata.Ensure("annotations")["batch.kubernetes.io/cronjob-scheduled-timestamp"] = ResourceRegistry.Timestamp(scheduled);
        JsonObject owner = PodTemplates.Reference(cron);
        if (Context.MinorVersion < StableFrom)
            owner["apiVersion"] = "batch/v1beta1";
        metadata["ownerReferences"] = new JsonArray(owner);
        StoredObject job = Registry.Create(
            BuiltInKinds.Jobs,
            cron.Namespace,
            new() { ["metadata"] = metadata, ["spec"] = template.Object("spec")?.DeepClone() ?? new JsonObject() }
        );
        Context.Events.Normal(cron, Component, "SuccessfulCreate", $"Created job {job.Name}");
        return job;
    }

    /// <summary>Removes jobs that ended, or were deleted, from the active ones.</summary>
    private void RecordEnds(StoredObject cron, JsonObject? before, StoredObject[] jobs)
    {
        List<JsonObject> active = [.. before.Objects("active")];
        if (active.Count == 0)
            return;
        string? succeeded = null;
        foreach (JsonObject one in active.ToArray())
        {
            StoredObject? job = Array.Find(jobs, job => job.Uid == one.Text("uid"));
            JsonObject? status = job?.ToJson().Object("status");
            if (job is not null && !JobState.IsOver(status))
                continue;
            active.Remove(one);
            if (job is null)
            {
                Context.Events.Normal(cron, Component, "MissingJob", $"Active job went missing: {one.Text("name")}");
                continue;
            }

            bool isComplete = status.HasCondition("Complete");
            if (isComplete)
                succeeded = status.Text("completionTime") ?? succeeded;
            Context.Events.Normal(
                cron,
                Component,
                "SawCompletedJob",
                $"Saw completed job: {job.Name}, condition: {(isComplete ? "Complete" : "Failed")}"
            );
        }

        Registry.UpdateStatus(
            cron,
            target =>
            {
                JsonObject status = target.Ensure("status");
                SetActive(status, active);
                if (succeeded is not null)
                    status["lastSuccessfulTime"] = succeeded;
            }
        );
    }

    private void DeleteOld(StoredObject cron, StoredObject[] jobs, string condition, long? limit)
    {
        if (limit is null)
            return;
        StoredObject[] ended =
        [
            .. jobs.Where(job => !job.IsDeleting && job.ToJson().Object("status").HasCondition(condition))
                .OrderBy(static job => job.ToJson().Object("status").Time("startTime"))
                .ThenBy(static job => job.Name, StringComparer.Ordinal),
        ];
        foreach (StoredObject job in ended.Take((int)Math.Max(0, ended.Length - limit.Value)))
            Delete(cron, job.Name, job.Uid);
    }

    private void Delete(StoredObject cron, string name, string uid)
    {
        if (Store.Get(BuiltInKinds.Jobs, cron.Namespace, name)?.Uid != uid)
            return;
        Registry.Delete(BuiltInKinds.Jobs, cron.Namespace, name, new() { Uid = uid, PropagationPolicy = "Background" });
        Context.Events.Normal(cron, Component, "SuccessfulDelete", $"Deleted job {name}");
    }

    private static void SetActive(JsonObject status, List<JsonObject> active)
    {
        if (active.Count == 0)
            status.Remove("active");
        else
            status["active"] = new JsonArray([.. active.Select(static one => one.DeepClone())]);
    }

    private static JsonObject ReferenceTo(StoredObject job) =>
        new()
        {
            ["kind"] = "Job",
            ["namespace"] = job.Namespace,
            ["name"] = job.Name,
            ["uid"] = job.Uid,
            ["apiVersion"] = "batch/v1",
            ["resourceVersion"] = job.Version.ToString(CultureInfo.InvariantCulture),
        };
}

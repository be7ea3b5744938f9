using NodeManager.Sandbox.Controllers.Runtime;
using NodeManager.Sandbox.Controllers.Workloads;
using NodeManager.Sandbox.Model.Clock;
using NodeManager.Sandbox.Model.Kinds.Strategies;

namespace NodeManager.Sandbox.Controllers.Jobs;

/// <summary>Runs pods until enough succeeded or too many failed; deletes expired jobs.</summary>
internal sealed class JobController(ControllerContext context) : Controller(context)
{
    private const string Component = "job-controller";
    private readonly Dictionary<ObjectKey, (string Uid, JobBackOff BackOff)> _backOffs = [];
    private readonly JobTracker _tracker = new(context.Registry, context.MinorVersion);

    public override IReadOnlyList<ResourceKind> Kinds { get; } = [BuiltInKinds.Jobs, BuiltInKinds.Pods];

    public override void Observe(Change change)
    {
        StoredObject item = change.Object;
        if (item.Kind == BuiltInKinds.Jobs)
        {
            Enqueue(item);
            if (change.Type == ChangeType.Deleted)
                foreach (StoredObject pod in Store.PodsOf(item.Uid))
                    Enqueue(pod);
        }
        else if (item.ControllerReference() is { Kind: "Job" } owner)
        {
            Enqueue(new ObjectKey(BuiltInKinds.Jobs, item.Namespace, owner.Name));
            if (item.IsDeleting && Store.Get(BuiltInKinds.Jobs, item.Namespace, owner.Name)?.Uid != owner.Uid)
                Enqueue(item);
        }
        else if (change.Previous?.ControllerReference() is { Kind: "Job" })
            Enqueue(item);
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is not { } stored)
        {
            _backOffs.Remove(key);
            return;
        }

        if (key.Kind == BuiltInKinds.Pods)
        {
            // It is no longer counted.
            if (stored.ControllerReference() is not { } owner || Store.Get(BuiltInKinds.Jobs, key.Namespace, owner.Name)?.Uid != owner.Uid)
                _tracker.Release(stored);
            return;
        }

        JsonObject document = stored.ToJson();
        JsonObject spec = document["spec"]!.AsObject(),
            status = document.Ensure("status");
        if (spec.Text("managedBy") is { Length: > 0 } and not "kubernetes.io/job-controller")
            return;
        JobPods pods = new(spec, Store.PodsOf(stored.Uid));
        if (JobState.IsOver(status))
        {
            _backOffs.Remove(key);
            foreach (StoredObject pod in pods.All)
                _tracker.Release(pod);
            if (!stored.IsDeleting)
                Expire(stored, spec, status);
            return;
        }

        JobState state = _tracker.Count(status, spec, pods);
        JobBackOff backOff = RecordCounts(stored, state.NewFailures, state.NewSuccesses);
        bool isSuspended = spec.Flag("suspend") == true;
        if (!isSuspended)
            status.Default("startTime", Registry.Now);
        JobEnd? end = JobEnd.Of(status) ?? JobEnd.Failure(spec, status, pods, state, Context.Now);
        if (end is not null)
        {
            foreach (StoredObject pod in pods.Active)
                Delete(stored, pod, isCounted: end.IsFailure);
        }
        else if (!stored.IsDeleting)
        {
            Manage(stored, spec, pods, state, backOff, isSuspended);
            if (state.IsComplete(spec) && !Store.PodsOf(stored.Uid).Any(PodReading.IsActive))
                end = JobEnd.Success(Context.MinorVersion);
        }

        Write(stored, spec, status, state, end, end is null && !stored.IsDeleting ? isSuspended : null);
        if (spec.Number("activeDeadlineSeconds") is { } seconds && status.Time("startTime") is { } start)
            EnqueueAt(key, start.After(seconds));
    }

    /// <summary>Starts missing pods and deletes surplus ones.</summary>
    private void Manage(StoredObject job, JsonObject spec, JobPods pods, JobState state, JobBackOff backOff, bool isSuspended)
    {
        int parallelism = (int)(spec.Number("parallelism") ?? 1),
            completions = (int)(spec.Number("completions") ?? int.MaxValue),
            wanted;
        if (isSuspended)
            wanted = 0;
        else if (spec["completions"] is null)
            wanted = state.Succeeded > 0 ? pods.Active.Count : parallelism;
        else
            wanted = Math.Clamp(completions - state.Succeeded, 0, parallelism);
        List<StoredObject> surplus = pods.Surplus(wanted, completions);
        foreach (StoredObject pod in surplus)
            Delete(job, pod, isCounted: false);
        int missing = wanted - pods.Awaited - pods.Active.Count;
        if (surplus.Count > 0 || missing <= 0)
            return;
        if (backOff.Failures > 0 && backOff.Until(Context.MinorVersion) is var until && until > Context.Now)
            EnqueueAt(ObjectKey.Of(job), until);
        else if (!pods.IsIndexed)
            for (int index = 0; index < missing; index++)
                Create(job, spec, null);
        else
            foreach (int index in pods.Open(state.Indexes, completions).Take(missing))
                Create(job, spec, index);
    }

    private void Create(StoredObject job, JsonObject spec, int? index)
    {
        JsonObject pod = PodTemplates.MakePod(job, spec["template"]!.AsObject());
        foreach (string prefix in Context.MinorVersion >= JobRules.PrefixedLabelsFrom ? ["", JobRules.Prefix] : (string[])[""])
        {
            PodTemplates.Label(pod, prefix + "job-name", job.Name);
            PodTemplates.Label(pod, prefix + "controller-uid", job.Uid);
        }

        if (Context.MinorVersion >= JobBackOff.TrackedFrom)
            pod["metadata"]!["finalizers"] = new JsonArray(JobPods.Finalizer);
        if (index is { } number)
            JobIndexes.Number(pod, job.Name, number, Context.MinorVersion);
        StoredObject created = Registry.Create(BuiltInKinds.Pods, job.Namespace, pod);
        Context.Events.Normal(job, Component, "SuccessfulCreate", $"Created pod: {created.Name}");
    }

    // Pods that a running job deletes do not count as failed; those of a failed job do.
    private void Delete(StoredObject job, StoredObject pod, bool isCounted)
    {
        if (!isCounted)
            _tracker.Release(pod);
        Registry.Delete(BuiltInKinds.Pods, pod.Namespace, pod.Name, new() { Uid = pod.Uid });
        Context.Events.Normal(job, Component, "SuccessfulDelete", $"Deleted pod: {pod.Name}");
    }

    private JobBackOff RecordCounts(StoredObject job, IReadOnlyCollection<StoredObject> failed, IReadOnlyCollection<StoredObject> succeeded)
    {
        ObjectKey key = ObjectKey.Of(job);
        JobBackOff known =
            _backOffs.TryGetValue(key, out (string Uid, JobBackOff BackOff) noted) && noted.Uid == job.Uid ? noted.BackOff : default;
        if (failed.Count == 0 && succeeded.Count == 0)
            return known;
        DateTimeOffset success = succeeded.Select(JobPods.EndOf).DefaultIfEmpty(DateTimeOffset.MinValue).Max();
        DateTimeOffset[] failures = [.. failed.Select(JobPods.EndOf).Where(end => end > success)];
        int before = succeeded.Count > 0 ? 0 : known.Failures;
        JobBackOff next = failures.Length == 0 ? new(before, known.Last) : new(before + failures.Length, failures.Max());
        _backOffs[key] = (job.Uid, next);
        return next;
    }

    private void Write(StoredObject job, JsonObject spec, JsonObject status, JobState before, JobEnd? end, bool? isSuspended)
    {
        JobPods pods = new(spec, Store.PodsOf(job.Uid));
        JobState state = _tracker.Count(status, spec, pods, isFailing: end is { IsFailure: true });
        // Each end is counted once.
        RecordCounts(job, Later(state.NewFailures, before.NewFailures), Later(state.NewSuccesses, before.NewSuccesses));
        bool isOver = false;
        string? said = null;
        _tracker.Write(
            job,
            state,
            pods,
            isOver: end is not null || job.IsDeleting,
            (target, isCounted) =>
            {
                if (status["startTime"] is { } start)
                    target.Default("startTime", start.DeepClone());
                said = JobState.Suspend(target, isSuspended, Registry.Now, Context.MinorVersion) ?? said;
                isOver =
                    end?.Apply(target, Registry.Now, Context.MinorVersion, isCounted && pods.Active.Count == 0, pods.Terminating > 0)
                    == true;
            }
        );
        if (said is not null)
            Context.Events.Normal(job, Component, said, $"Job {said.ToLowerInvariant()}");
        if (!isOver)
            return;
        if (end!.IsFailure)
            Context.Events.Warning(job, Component, end.Reason!, end.Message!);
        else
            Context.Events.Normal(job, Component, "Completed", "Job completed");
    }

    private static StoredObject[] Later(List<StoredObject> pods, List<StoredObject> before) =>
        [.. pods.ExceptBy(before.Select(static pod => pod.Uid), static pod => pod.Uid)];

    private void Expire(StoredObject job, JsonObject spec, JsonObject status)
    {
        if (spec.Number("ttlSecondsAfterFinished") is not { } seconds || JobState.EndedAt(status) is not { } ended)
            return;
        if (ended.AddSeconds(seconds) > Context.Now)
            EnqueueAt(ObjectKey.Of(job), ended.AddSeconds(seconds));
        else
            Registry.Delete(job.Kind, job.Namespace, job.Name, new() { Uid = job.Uid, PropagationPolicy = "Foreground" });
    }
}

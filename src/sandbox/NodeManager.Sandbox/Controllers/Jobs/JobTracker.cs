using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Controllers.Workloads;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Controllers.Jobs;

/// <summary>
/// Counts each pod of a job once: a completed pod is recorded by UID, then its finalizer is removed, then it is added to the count. Before
/// 1.26, existing pods were counted.
/// </summary>
internal sealed class JobTracker(ResourceRegistry registry, int minor)
{
    private const int ReadyFrom = 24,
        TerminatingFrom = 29;
    private const string Uncounted = "uncountedTerminatedPods";

    private bool Tracks => minor >= JobBackOff.TrackedFrom;

    /// <param name="isFailing">Pods deleted because of the job's failure count as failed.</param>
    public JobState Count(JsonObject status, JsonObject spec, JobPods pods, bool isFailing = false)
    {
        List<StoredObject> succeeded = pods.All.FindAll(JobPods.HasSucceeded);
        List<StoredObject> failed = pods.All.FindAll(pod =>
            pods.IsFailed(pod) || (isFailing && pod.IsDeleting && !JobPods.HasSucceeded(pod))
        );
        int before = 0,
            failedBefore = 0;
        if (Tracks)
        {
            HashSet<string> noted = [.. RecordedUids(status, "succeeded"), .. RecordedUids(status, "failed")];
            succeeded = succeeded.FindAll(pod => !noted.Contains(pod.Uid) && JobPods.HasFinalizer(pod));
            failed = failed.FindAll(pod => !noted.Contains(pod.Uid) && JobPods.HasFinalizer(pod) && pods.Counts(pod));
            before = Number(status, "succeeded") + RecordedUids(status, "succeeded").Length;
            failedBefore = Number(status, "failed") + RecordedUids(status, "failed").Length;
        }
        else
        {
            failed = failed.FindAll(static pod => pod.Field("status.phase") == "Failed");
        }

        int completions = Number(spec, "completions");
        SortedSet<int> indexes = JobPods.Indexes(status.Text("completedIndexes"), completions);
        if (pods.IsIndexed)
            indexes.UnionWith(succeeded.Select(static pod => JobPods.IndexOf(pod) ?? -1).Where(index => index >= 0 && index < completions));
        int failures = failedBefore + failed.Count;
        return new()
        {
            Succeeded = pods.IsIndexed ? indexes.Count : before + succeeded.Count,
            Failed = failures,
            Indexes = indexes,
            NewSuccesses = Tracks ? succeeded : New(succeeded, Number(status, "succeeded")),
            NewFailures = Tracks ? failed : New(failed, Number(status, "failed")),
        };
    }

    /// <summary>Writes the counts, and the caller's changes, which receive whether all pods are counted.</summary>
    public void Write(StoredObject job, JobState state, JobPods pods, bool isOver, Action<JsonObject, bool> add)
    {
        JsonObject? known = job.ToJson().Object("status");
        bool hasNew =
            state.NewSuccesses.Count
                + state.NewFailures.Count
                + RecordedUids(known, "succeeded").Length
                + RecordedUids(known, "failed").Length
            > 0;
        if (Tracks && hasNew)
            Update(
                job,
                pods,
                status =>
                {
                    JsonObject noted = status.Ensure(Uncounted);
                    if (!pods.IsIndexed)
                        RecordUncounted(noted, "succeeded", state.NewSuccesses);
                    RecordUncounted(noted, "failed", state.NewFailures);
                    if (pods.IsIndexed)
                        WriteIndexes(status, state);
                    add(status, false);
                }
            );
        if (Tracks)
            foreach (StoredObject pod in pods.All.Where(pod => isOver || JobPods.HasSucceeded(pod) || pods.IsFailed(pod)))
                Release(pod);
        Update(
            job,
            pods,
            status =>
            {
                if (Tracks)
                    status[Uncounted] = new JsonObject();
                if (pods.IsIndexed)
                    WriteIndexes(status, state);
                WorkloadStatuses.Set(status, "succeeded", state.Succeeded);
                WorkloadStatuses.Set(status, "failed", state.Failed);
                add(status, true);
            }
        );
    }

    /// <summary>Removes the finalizer of a pod that is counted, or need not be.</summary>
    public void Release(StoredObject pod)
    {
        if (!JobPods.HasFinalizer(pod))
            return;
        try
        {
            registry.Update(
                pod,
                document =>
                {
                    JsonObject metadata = document["metadata"]!.AsObject();
                    if (metadata.Text("uid") != pod.Uid)
                        return;
                    Finalizers.Remove(metadata, JobPods.Finalizer);
                }
            );
        }
        catch (ApiException exception) when (exception.Code == 404)
        {
            // Force-deleted.
        }
    }

    private void Update(StoredObject job, JobPods pods, Action<JsonObject> change) =>
        registry.UpdateStatus(
            job,
            document =>
            {
                JsonObject status = document.Ensure("status");
                WorkloadStatuses.Set(status, "active", pods.Active.Count);
                if (minor >= ReadyFrom)
                    status["ready"] = pods.Active.Count(static pod => BudgetMatching.IsReady(pod));
                if (minor >= TerminatingFrom)
                    status["terminating"] = pods.Terminating;
                change(status);
            }
        );

    private static void WriteIndexes(JsonObject status, JobState state)
    {
        WorkloadStatuses.Set(status, "succeeded", state.Succeeded);
        string ranges = JobPods.Ranges(state.Indexes);
        if (ranges.Length > 0)
            status["completedIndexes"] = ranges;
        else
            status.Remove("completedIndexes");
    }

    private static List<StoredObject> New(List<StoredObject> pods, int known) => [.. pods.OrderBy(JobPods.EndOf).Skip(known)];

    private static void RecordUncounted(JsonObject noted, string list, List<StoredObject> pods)
    {
        if (pods.Count == 0)
            return;
        if (noted[list] is not JsonArray uids)
            noted[list] = uids = [];
        foreach (StoredObject pod in pods)
            uids.Add(pod.Uid);
    }

    private static string[] RecordedUids(JsonObject? status, string list) => [.. status.Object(Uncounted).Texts(list)];

    private static int Number(JsonObject status, string member) => (int)(status.Number(member) ?? 0);
}

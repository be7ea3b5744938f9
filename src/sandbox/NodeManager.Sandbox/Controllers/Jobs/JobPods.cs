using System.Globalization;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Controllers.Workloads;
using NodeManager.Sandbox.Model.Clock;
using NodeManager.Sandbox.Model.Kinds.Strategies;

namespace NodeManager.Sandbox.Controllers.Jobs;

/// <summary>The pods of a job and how they count. Source: k8s.io/kubernetes/pkg/controller/job.</summary>
internal sealed class JobPods
{
    /// <summary>Keeps a pod until it is counted.</summary>
    public const string Finalizer = JobRules.Prefix + "job-tracking";

    public const string IndexKey = JobRules.Prefix + "job-completion-index";

    private readonly JobFailurePolicy? _policy;
    private readonly bool _replacesFailedOnly;

    public JobPods(JsonObject spec, IEnumerable<StoredObject> pods)
    {
        All = [.. pods];
        Active = All.FindAll(PodReading.IsActive);
        IsIndexed = spec.Text("completionMode") == "Indexed";
        _policy = JobFailurePolicy.Read(spec.Object("podFailurePolicy"));
        _replacesFailedOnly = spec.Text("podReplacementPolicy") == "Failed" || _policy is not null;
    }

    public List<StoredObject> All { get; }

    /// <summary>Neither completed nor terminating.</summary>
    public List<StoredObject> Active { get; }

    public bool IsIndexed { get; }

    public int Terminating => All.Count(static pod => pod.IsDeleting && pod.Field("status.phase") is not ("Succeeded" or "Failed"));

    /// <summary>Terminating pods that delay their replacements.</summary>
    public int Awaited => _replacesFailedOnly ? Terminating : 0;

    /// <summary>The message of a failed pod that ends the job; null for none.</summary>
    public string? FatalFailure =>
        _policy is null ? null : All.Where(IsFailed).Select(_policy.FailsJob).FirstOrDefault(static message => message is not null);

    public static bool HasFinalizer(StoredObject pod) => pod.As<Pod>().Metadata.Finalizers?.Contains(Finalizer) == true;

    public static bool HasSucceeded(StoredObject pod) => pod.Field("status.phase") == "Succeeded";

    /// <summary>Failed, or terminating before completion, unless replacements wait for failed pods.</summary>
    public bool IsFailed(StoredObject pod) =>
        pod.Field("status.phase") == "Failed" || (!_replacesFailedOnly && pod.IsDeleting && !HasSucceeded(pod));

    /// <summary>False for a failure that the pod failure policy ignores.</summary>
    public bool Counts(StoredObject failed) => _policy?.Ignores(failed) != true;

    public static int? IndexOf(StoredObject pod) =>
        int.TryParse(
            pod.As<Pod>().Metadata.Annotations?.GetValueOrDefault(IndexKey),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out int index
        )
            ? index
            : null;

    /// <summary>The lowest indexes that are neither completed nor active.</summary>
    public IEnumerable<int> Open(SortedSet<int> done, int completions)
    {
        HashSet<int> taken =
        [
            .. (_replacesFailedOnly ? All.Where(static pod => pod.Field("status.phase") is not ("Succeeded" or "Failed")) : Active).Select(
                static pod => IndexOf(pod) ?? -1
            ),
        ];
        return Enumerable.Range(0, completions).Where(index => !done.Contains(index) && !taken.Contains(index));
    }

    /// <summary>The surplus active pods: those with a duplicate or no index, then in the common deletion order.</summary>
    public List<StoredObject> Surplus(int wanted, int completions)
    {
        List<StoredObject> surplus = [],
            kept = Active;
        if (IsIndexed)
        {
            HashSet<int> seen = [];
            kept = [];
            foreach (StoredObject pod in DeletionOrder.Sort(Active).Reverse())
                (IndexOf(pod) is { } index && index < completions && seen.Add(index) ? kept : surplus).Add(pod);
        }

        surplus.AddRange(DeletionOrder.Sort(kept).Take(Math.Max(0, Active.Count - wanted - surplus.Count)));
        return surplus;
    }

    /// <summary>When a pod ended, from its status.</summary>
    public static DateTimeOffset EndOf(StoredObject stored)
    {
        Pod pod = stored.As<Pod>();
        Condition? ready = pod.Status.Conditions.Find("Ready") is { Status: "False" } unready ? unready : null;
        DateTimeOffset? deleted = pod.Metadata.DeletionTimestamp?.After(-(pod.Metadata.DeletionGracePeriodSeconds ?? 0));
        return ready?.LastTransitionTime ?? deleted ?? pod.Metadata.CreationTimestamp ?? DateTimeOffset.MinValue;
    }

    public static string Ranges(SortedSet<int> indexes)
    {
        List<(int First, int Last)> ranges = [];
        foreach (int index in indexes)
        {
            if (ranges.Count > 0 && ranges[^1].Last == index - 1)
                ranges[^1] = (ranges[^1].First, index);
            else
                ranges.Add((index, index));
        }

        return string.Join(
            ',',
            ranges.Select(static range =>
                range.First == range.Last
                    ? range.First.ToString(CultureInfo.InvariantCulture)
                    : string.Create(CultureInfo.InvariantCulture, $"{range.First}{(range.Last - range.First > 1 ? '-' : ',')}{range.Last}")
            )
        );
    }

    /// <summary>
    /// Parses <see cref="Ranges"/> up to the number of completions: any client may write a status, and completions may decrease.
    /// </summary>
    public static SortedSet<int> Indexes(string? text, int completions)
    {
        SortedSet<int> indexes = [];
        foreach (string range in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] ends = range.Split('-');
            if (
                !int.TryParse(ends[0], CultureInfo.InvariantCulture, out int first)
                || !int.TryParse(ends[^1], CultureInfo.InvariantCulture, out int last)
            )
                continue;
            for (int index = Math.Max(0, first); index <= Math.Min(last, completions - 1); index++)
                indexes.Add(index);
        }

        return indexes;
    }
}

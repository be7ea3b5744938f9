using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Drain.Rules;

/// <summary>The data of an emptyDir volume is lost with the pod.</summary>
internal static class LocalDataRule
{
    public static RuleVerdict? Judge(Pod pod, RuleContext context)
    {
        if (pod.IsFinished() || pod.Spec.Volumes?.Where(v => v.EmptyDir is not null).Select(v => v.Name).ToArray() is not { Length: > 0 } volumes)
            return null;
        string which = string.Join(", ", volumes);
        return context.Options.DeleteEmptyDirData
            ? new("LocalData", DrainDecision.Evict, "Its emptyDir data may be lost.", $"The data of its emptyDir volumes is lost: {which}.")
            : new("LocalData", DrainDecision.Refuse, $"It has data in emptyDir volumes ({which}), which would be lost. Allow that with -DeleteEmptyDirData.");
    }
}

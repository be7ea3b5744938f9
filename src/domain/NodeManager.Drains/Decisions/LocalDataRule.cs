using NodeManager.Scheduling;

namespace NodeManager.Drains.Decisions;

internal static class LocalDataRule
{
    public static RuleVerdict? Judge(Pod pod, RuleContext context)
    {
        if (
            pod.IsFinished()
            || pod.Spec.Volumes?.Where(v => v.EmptyDir is not null).Select(v => v.Name).ToArray() is not { Length: > 0 } volumes
        )
            return null;
        string which = string.Join(", ", volumes);
        return context.Options.DeleteEmptyDirData
            ? new(
                "LocalData",
                DrainDecision.Evict,
                "The data of its emptyDir volumes is lost.",
                $"The data of its emptyDir volumes is lost: {which}."
            )
            : new(
                "LocalData",
                DrainDecision.Refuse,
                $"The data of its emptyDir volumes ({which}) would be lost.",
                PermittedBy: nameof(NodeDrainPlanOptions.DeleteEmptyDirData)
            );
    }
}

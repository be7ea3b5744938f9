namespace NodeManager.Scheduling;

/// <summary>Matches taints and tolerations. Source: k8s.io/api/core/v1 (Toleration.ToleratesTaint).</summary>
public static class Tolerations
{
    /// <summary>The taint of a cordon.</summary>
    public static Taint Unschedulable { get; } = new() { Key = "node.kubernetes.io/unschedulable", Effect = "NoSchedule" };

    /// <summary>
    /// An empty effect tolerates every effect; an empty key with <c>Exists</c> every taint; <c>Gt</c> and <c>Lt</c> compare integers
    /// (1.35).
    /// </summary>
    public static bool Tolerates(this Toleration toleration, Taint taint)
    {
        if (!string.IsNullOrEmpty(toleration.Effect) && toleration.Effect != taint.Effect)
            return false;
        if (!string.IsNullOrEmpty(toleration.Key) && toleration.Key != taint.Key)
            return false;
        return toleration.Operator switch
        {
            null or "" or "Equal" => !string.IsNullOrEmpty(toleration.Key) && (toleration.Value ?? "") == (taint.Value ?? ""),
            "Exists" => true,
            "Gt" => Compare(taint, toleration) > 0,
            "Lt" => Compare(taint, toleration) < 0,
            _ => false,
        };
    }

    public static bool Tolerates(this IEnumerable<Toleration>? tolerations, Taint taint) =>
        tolerations?.Any(toleration => toleration.Tolerates(taint)) == true;

    public static bool Tolerates(this Pod pod, Taint taint) => pod.Spec.Tolerations.Tolerates(taint);

    /// <summary>The first untolerated taint with effect NoSchedule or NoExecute; null if there is none.</summary>
    public static Taint? FirstUntolerated(this Pod pod, Node node)
    {
        foreach (Taint taint in node.Spec.Taints ?? [])
            if (taint.Effect is "NoSchedule" or "NoExecute" && !pod.Tolerates(taint))
                return taint;
        return null;
    }

    private static int Compare(Taint taint, Toleration toleration) =>
        long.TryParse(taint.Value, out long actual) && long.TryParse(toleration.Value, out long bound) ? actual.CompareTo(bound) : 0;
}

namespace NodeManager.Scheduling.Scoring;

/// <summary>Normalizes raw scores to 0 to 100, with kube-scheduler's integer arithmetic.</summary>
internal static class Scores
{
    public const long Maximum = 100;

    /// <summary>The largest becomes 100, or 0 if less is better; the others in proportion.</summary>
    public static long[] Normalize(long[] raw, bool lessIsBetter)
    {
        long greatest = raw.Length == 0 ? 0 : raw.Max();
        for (int index = 0; index < raw.Length; index++)
        {
            long score = greatest == 0 ? 0 : Maximum * raw[index] / greatest;
            raw[index] = lessIsBetter ? Maximum - score : score;
        }
        return raw;
    }

    /// <summary>Millicores, whole units of other resources, rounded up.</summary>
    public static long Whole(string resource, decimal amount) => (long)decimal.Ceiling(resource == "cpu" ? amount * 1000 : amount);

    /// <summary>Extended resources.</summary>
    public static bool IsScalar(string resource) => resource is not ("cpu" or "memory" or "ephemeral-storage");
}

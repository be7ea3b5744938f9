namespace NodeManager.Sandbox.Kubelet.Pods;

/// <summary>
/// When a kubelet looks again at a container in back-off. It adds up to half of the wait, and reads its queue once a second. Source:
/// k8s.io/kubernetes/pkg/kubelet (completeWork of the pod workers).
/// </summary>
/// <param name="First">Seconds from the failure until the back-off is reported.</param>
/// <param name="Last">Seconds from the failure until the next attempt.</param>
internal readonly record struct BackOffLooks(double First, double Last)
{
    /// <summary>Until this version, each look comes after the default wait. Since then, the next one comes at the end of the back-off.</summary>
    private const int AtEndFrom = 35;

    public const double DefaultSeconds = 10;
    private const double LongestSeconds = 60;
    private const double Jitter = 0.5;
    private const double QueueSeconds = 0.5;

    /// <param name="backOff">In seconds.</param>
    /// <param name="minor">The minor version of Kubernetes.</param>
    /// <param name="share">A number from 0 to 1 for each look.</param>
    public static BackOffLooks Of(double backOff, int minor, Func<int, double> share)
    {
        double first = 0,
            at = 0;
        for (int look = 0; at < backOff; look++)
        {
            double wait = minor < AtEndFrom ? DefaultSeconds : Math.Min(backOff - at, LongestSeconds);
            at += (wait * (1 + (Jitter * share(look)))) + QueueSeconds;
            if (look == 0)
                first = at;
        }

        return new(first, at);
    }
}

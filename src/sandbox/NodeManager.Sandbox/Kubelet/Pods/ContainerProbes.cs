namespace NodeManager.Sandbox.Kubelet.Pods;

/// <summary>
/// When the probes of a pod succeed. A probe runs with the container's start and then once each period, but not before its initial delay.
/// Source: k8s.io/kubernetes/pkg/kubelet/prober.
/// </summary>
internal static class ContainerProbes
{
    private const long DefaultPeriod = 10;
    private const long DefaultFailures = 3;

    /// <summary>True if a container has a readiness or startup probe.</summary>
    public static bool Has(JsonObject? podSpec) =>
        podSpec.Objects("containers").Any(static one => one["readinessProbe"] is not null || one["startupProbe"] is not null);

    /// <summary>The seconds from now until all containers are ready.</summary>
    /// <param name="elapsed">Seconds since the containers started.</param>
    /// <param name="readyAfter">Seconds from the start until the programs answer their probes.</param>
    public static double Delay(JsonObject? podSpec, double elapsed, double readyAfter) =>
        Math.Max(0, podSpec.Objects("containers").Select(one => ReadyAt(one, elapsed, readyAfter)).DefaultIfEmpty().Max() - elapsed);

    /// <summary>The seconds from now until the first container is unready whose probes fail from now on; 0 without probes.</summary>
    /// <param name="elapsed">Seconds since the containers started.</param>
    public static double FailureDelay(JsonObject? podSpec, double elapsed) =>
        podSpec
            .Objects("containers")
            .Select(static one => one.Object("readinessProbe"))
            .OfType<JsonObject>()
            .Select(probe => FailureOf(probe, elapsed) - elapsed)
            .DefaultIfEmpty()
            .Min();

    private static double FailureOf(JsonObject probe, double elapsed)
    {
        double period = PeriodOf(probe);
        double failures = probe.Number("failureThreshold") is > 0 and var stated ? stated : DefaultFailures;
        return (Math.Ceiling(elapsed / period) + failures - 1) * period;
    }

    // In seconds since the container's start.
    private static double ReadyAt(JsonObject container, double elapsed, double readyAfter)
    {
        double started = container.Object("startupProbe") is { } startup ? SuccessOf(startup, readyAfter) : 0;
        return container.Object("readinessProbe") is { } readiness
            ? SuccessOf(readiness, Math.Max(elapsed, Math.Max(started, started > 0 ? 0 : readyAfter)))
            : started;
    }

    private static double SuccessOf(JsonObject probe, double notBefore)
    {
        double period = PeriodOf(probe);
        double first = Math.Max(notBefore, probe.Number("initialDelaySeconds") ?? 0);
        long further = Math.Max(0, (probe.Number("successThreshold") ?? 1) - 1);
        return (Math.Ceiling(first / period) + further) * period;
    }

    private static double PeriodOf(JsonObject probe) => probe.Number("periodSeconds") is > 0 and var stated ? stated : DefaultPeriod;
}

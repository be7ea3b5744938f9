using System.Net;
using NodeManager.Autoscaling.Host;
using NodeManager.Server.Metrics;

namespace NodeManager.Server.Autoscaler;

/// <summary>
/// Probes and metrics of the autoscaler over plain HTTP without a token, for kubelets and collectors: states and counts, no credentials and
/// no actions.
/// </summary>
internal static class AutoscalerProbes
{
    public const string Health = "/healthz",
        Readiness = "/readyz",
        Metrics = "/metrics";

    // A leader checks for due plans every minute or more often. A plan of a very large cluster takes seconds.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(5);

    /// <summary>The application for the host's <see cref="AutoscalerService"/>.</summary>
    public static WebApplication Build(WebApplicationBuilder builder, IPAddress address, int port)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(address, port);
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.AddServerHeader = false;
        });
        WebApplication app = builder.Build();
        AutoscalerService service = app.Services.GetRequiredService<AutoscalerService>();
        app.MapGet(Health, () => Answer(Unhealthy(service.Activity)));
        app.MapGet(Readiness, () => Answer(Unready(service.Activity)));
        app.MapGet(Metrics, () => Results.Text(AutoscalerMetrics.Format(service.Activity), PrometheusWriter.ContentType));
        return app;
    }

    /// <summary>Why the process should be restarted; null if healthy. Pure.</summary>
    internal static string? Unhealthy(AutoscalerActivity? activity) =>
        activity is null ? "The autoscaler does not run."
        : activity.IsAlive(LongestSilence) ? null
        : $"The autoscaler is the leader and has not checked for changes for {LongestSilence.TotalMinutes:0} minutes.";

    /// <summary>Why the process can neither lead nor take over; null if ready. Pure.</summary>
    internal static string? Unready(AutoscalerActivity? activity) =>
        activity is null ? "The autoscaler does not run."
        : !activity.KnowsLeader ? "The lease cannot be read or renewed."
        : activity is { IsLeader: true, Plans.Count: 0 } ? "The autoscaler is the leader and has made no plan yet."
        : null;

    private static IResult Answer(string? problem) =>
        Results.Text(
            problem ?? "ok",
            "text/plain; charset=utf-8",
            statusCode: problem is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable
        );
}

using System.Net;
using System.Security;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Pipeline;
using NodeManager.SchedulerControl.Measuring;

namespace NodeManager.Commands;

/// <summary>Measures runs and durations of a scheduler's plugins, and the results of its attempts, from its metrics.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "SchedulerPlugin", DefaultParameterSetName = ByPod)]
[OutputType(typeof(SchedulerMeasurement))]
public sealed class MeasureSchedulerPluginCommand : SessionCmdlet
{
    private const string ByPod = "ByPod";
    private const string ByUri = "ByUri";

    /// <summary>Plugins, with wildcards; other rows are not filtered.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SchedulerPluginCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Metrics endpoints: <c>https://HOST:10259/metrics</c>.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByUri)]
    [ValidateNotNullOrEmpty]
    public Uri[] Uri { get; set; } = [];

    [Parameter(ParameterSetName = ByUri)]
    [Alias("Token")]
    [ValidateNotNull]
    public SecureString? BearerToken { get; set; }

    [Parameter(ParameterSetName = ByUri)]
    [ValidateNotNullOrEmpty]
    public string? CertificateAuthority { get; set; }

    /// <summary>The scheduler's pods; by default, those with the label component=kube-scheduler.</summary>
    [Parameter(ParameterSetName = ByPod)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Pod { get; set; }

    [Parameter(ParameterSetName = ByPod)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string Namespace { get; set; } = "kube-system";

    [Parameter(ParameterSetName = ByPod)]
    [ValidateRange(1, 65535)]
    public int Port { get; set; } = 10259;

    [Parameter(ParameterSetName = ByPod)]
    [ValidateSet("https", "http")]
    public string Scheme { get; set; } = "https";

    /// <summary>The measuring time; by default, since the scheduler started.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? Window { get; set; }

    private protected override void Begin() => DurationAttribute.RequireNotNegative(nameof(Window), Window);

    private protected override void End()
    {
        if (ParameterSetName == ByPod)
        {
            Sessions.StartInEach((worker, session) => MeasurePodsAsync(worker, session));
            return;
        }

        string? authority = CertificateAuthority is null ? null : GetUnresolvedProviderPathFromPSPath(CertificateAuthority);
        string? token = BearerToken is null ? null : new NetworkCredential("", BearerToken).Password;
        foreach (Uri address in Uri)
            Start(
                address,
                async worker =>
                    Emit(worker, await SchedulerMeasurer.MeasureAsync(address, token, authority, Window, TimeProvider.System, worker.Token))
            );
    }

    private async Task MeasurePodsAsync(Worker worker, NodeManagerSession session)
    {
        IReadOnlyList<string> pods = await SchedulerMeasurer.PodsAsync(session, Namespace, Pod ?? [], worker.Token);
        await Task.WhenAll(
            pods.Select(async pod =>
            {
                try
                {
                    Emit(worker, await SchedulerMeasurer.MeasureAsync(session, Namespace, pod, Scheme, Port, Window, worker.Token));
                }
                catch (NodeManagerException exception) when (pods.Count > 1)
                {
                    worker.Error(exception, pod);
                }
            })
        );
    }

    private void Emit(Worker worker, IReadOnlyList<SchedulerMeasurement> measured)
    {
        Predicate<string> name = NamePattern.Any(Name);
        foreach (SchedulerMeasurement one in measured)
            if (one.Kind != SchedulerMeasurementKind.Plugin || name(one.Plugin))
                worker.Output(one);
        if (measured.Count == 0)
            worker.Verbose("Nothing was scheduled in that time.");
        else if (!measured.Any(one => one.Kind == SchedulerMeasurementKind.Plugin))
            worker.Verbose("No plugin was timed: a scheduler times a tenth of its cycles, and short windows may hold none of them.");
    }
}

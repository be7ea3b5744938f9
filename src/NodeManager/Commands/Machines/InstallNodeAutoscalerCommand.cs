using NodeManager.Autoscaling.Installation;

namespace NodeManager.Commands;

/// <summary>Installs or updates the autoscaler's definitions and roles.</summary>
[Cmdlet(VerbsLifecycle.Install, "NodeAutoscaler", SupportsShouldProcess = true)]
[OutputType(typeof(AutoscalerObject))]
public sealed class InstallNodeAutoscalerCommand : SessionCmdlet, IClusterChange
{
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    /// <summary>The autoscaler's namespace; it is created.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Namespace { get; set; } = NodeProviderReference.DefaultNamespace;

    /// <summary>How a machine is chosen among pools and shapes, in order.</summary>
    [Parameter]
    [ValidateSet("priority", "least-waste", "price")]
    [AllowEmptyCollection]
    public string[]? Expander { get; set; }

    /// <summary>Spreads machines over pools that are otherwise equal.</summary>
    [Parameter]
    public bool BalanceSimilarPools { get; set; }

    /// <summary>Pods with a lower priority cause no machine, and do not keep a node.</summary>
    [Parameter]
    public int ExpendablePodsPriorityCutoff { get; set; }

    /// <summary>How long the server may take to serve the new kinds.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(2);

    private protected override void Begin() => DurationAttribute.RequireNotNegative(nameof(Timeout), Timeout);

    private protected override void Process()
    {
        ScaleSettings settings = new(
            Expander?.Select(static one => one.ToLowerInvariant()).Distinct(StringComparer.Ordinal).ToList(),
            IsBound(nameof(BalanceSimilarPools)) ? BalanceSimilarPools : null,
            IsBound(nameof(ExpendablePodsPriorityCutoff)) ? ExpendablePodsPriorityCutoff : null
        );
        Sessions.StartInEach(
            async (worker, session) =>
            {
                IAsyncEnumerable<AutoscalerObject> done = AutoscalerInstaller.InstallAsync(
                    session,
                    Namespace,
                    settings,
                    Timeout,
                    item => worker.ShouldProcessAsync(session, $"{item} (cluster {session.Cluster})", ActionOf(item)),
                    worker,
                    worker.Token
                );
                await foreach (AutoscalerObject item in done)
                {
                    if (item is { Status: AutoscalerObjectStatus.Foreign })
                        worker.Verbose($"{item} was installed by another controller and was left as it is.");
                    worker.Output(item);
                }
            }
        );
    }

    private static string ActionOf(AutoscalerObject item) =>
        item.Status == AutoscalerObjectStatus.Created
            ? "Create"
            : $"Change {string.Join("; ", item.Changes.Take(3))}{(item.Changes.Count > 3 ? $"; and {item.Changes.Count - 3} more" : "")}";
}

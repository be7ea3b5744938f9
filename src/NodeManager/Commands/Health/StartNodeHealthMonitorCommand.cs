using NodeManager.Jobs;
using NodeManager.Monitoring;
using NodeManager.Monitoring.Alerts.Delivery;
using NodeManager.Monitoring.Alerts.Incidents;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Monitors nodes in a job that emits alerts and sends them to sinks.</summary>
[Cmdlet(VerbsLifecycle.Start, "NodeHealthMonitor")]
[OutputType(typeof(Job))]
public sealed class StartNodeHealthMonitorCommand : SessionCmdlet
{
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    [Parameter]
    [ArgumentCompleter(typeof(LabelSelectorCompleter))]
    [ValidateNotNullOrEmpty]
    [LabelSelector]
    public string? Selector { get; set; }

    /// <summary>How long a cause must persist before its alert is raised, and be absent before it is resolved.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? Debounce { get; set; }

    /// <summary>Failing nodes that are needed for an alert about them.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int? MinimumNodes { get; set; }

    /// <summary>How alerts of nodes are grouped: Zone, Rack, Pool, Cluster, None or a label key.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NodeAlertGroupCompleter))]
    [ValidateNotNullOrEmpty]
    public string? GroupBy { get; set; }

    /// <summary>Nodes of a group that fail within this time share one alert.</summary>
    [Parameter]
    [Duration]
    public TimeSpan GroupWindow { get; set; } = TimeSpan.FromSeconds(15);

    [Parameter]
    [ValidateSet(nameof(NodeFindingSeverity.Critical), nameof(NodeFindingSeverity.Warning), nameof(NodeFindingSeverity.Information))]
    public string MinimumSeverity { get; set; } = NodeFindingSeverity.Warning;

    /// <summary>From New-NodeAlertSink; alerts are also the job's output.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public NodeAlertSink[] Sink { get; set; } = [];

    /// <summary>Runs for each transition, as <c>$_</c>; shorthand for a sink with a script block.</summary>
    [Parameter]
    [ValidateNotNull]
    public ScriptBlock? ScriptBlock { get; set; }

    /// <summary>A state file for open alerts and undelivered transitions, which outlives this process.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? StatePath { get; set; }

    /// <summary>The maximum number of queued transitions per sink.</summary>
    [Parameter]
    [ValidateRange(10, 100_000)]
    public int QueueLimit { get; set; } = 1000;

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? JobName { get; set; }

    private protected override void Begin()
    {
        if (Debounce is { } debounce)
            DurationAttribute.RequireNotNegative(nameof(Debounce), debounce);
        DurationAttribute.RequireNotNegative(nameof(GroupWindow), GroupWindow);
    }

    private protected override void End()
    {
        Dictionary<string, AlertSinkDefinition> sinks = Sinks();
        List<MonitorRequest> requests =
        [
            .. Sessions.Select(session => new MonitorRequest
            {
                Session = session,
                Names = Name,
                Selector = Selector,
                Options = AlertOptions.Of(session.Configuration, Debounce, GroupBy is null ? null : WellKnown(GroupBy), MinimumNodes) with
                {
                    GroupWindow = GroupWindow,
                },
                MinimumSeverity = MinimumSeverity,
                Sinks = sinks,
                QueueLimit = QueueLimit,
                StatePath = StatePath is null ? null : GetUnresolvedProviderPathFromPSPath(StatePath),
            }),
        ];
        HealthMonitoring.Check(requests);
        NodeHealthMonitorJob job = new(MyInvocation.MyCommand.Name, JobName, requests);
        JobRepository.Add(job);
        job.Start();
        WriteObject(job);
    }

    // Group names are case-insensitive; label keys are case-sensitive.
    private static string WellKnown(string by) =>
        NodeAlertGroupBy.All.FirstOrDefault(known => known.Equals(by, StringComparison.OrdinalIgnoreCase)) ?? by;

    private Dictionary<string, AlertSinkDefinition> Sinks()
    {
        Dictionary<string, AlertSinkDefinition> sinks = new(StringComparer.Ordinal);
        foreach (NodeAlertSink sink in Sink)
            Add(
                sink.Name,
                sink.Definition as AlertSinkDefinition
                    ?? throw Invalid($"The sink '{sink.Name}' was not created by New-NodeAlertSink in this process.", sink)
            );
        if (ScriptBlock is not null)
            Add(
                nameof(ScriptBlock),
                new ScriptSinkDefinition(IsolatedScript.Of(ScriptBlock, InvokeCommand, MyInvocation.MyCommand.Module?.ModuleBase))
            );
        return sinks;

        void Add(string name, AlertSinkDefinition definition)
        {
            if (!sinks.TryAdd(name, definition))
                throw Invalid($"Two sinks have the name '{name}'.", name);
        }
    }

    private static NodeManagerException Invalid(string message, object target) =>
        new(
            ErrorIds.AlertSinkInvalid,
            ErrorKind.InvalidArgument,
            message,
            target,
            "Create each sink with New-NodeAlertSink -Name and a name of its own."
        );
}

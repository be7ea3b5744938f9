using NodeManager.Core.Configuration;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Changes default values of commands. Only bound parameters are changed.</summary>
[Cmdlet(VerbsCommon.Set, "NodeManagerConfiguration", SupportsShouldProcess = true)]
[OutputType(typeof(NodeManagerConfiguration))]
public sealed class SetNodeManagerConfigurationCommand : SessionCmdlet, ILocalChange
{
    /// <summary>Allow scaling by thresholds.</summary>
    [Parameter]
    public bool EnableAutoScaling { get; set; }

    /// <summary>Percent of CPU or memory above which nodes are added: 50 to 95.</summary>
    [Parameter]
    public decimal ScaleUpThreshold { get; set; }

    /// <summary>Percent of CPU and memory below which a node is removed: 5 to 50.</summary>
    [Parameter]
    public decimal ScaleDownThreshold { get; set; }

    [Parameter]
    [ArgumentCompleter(typeof(NodeSelectionStrategyCompleter))]
    public string? NodeSelectionStrategy { get; set; }

    /// <summary>The maximum interval between health checks of a node: 30 to 600 seconds.</summary>
    [Parameter]
    [Duration]
    public TimeSpan HealthCheckInterval { get; set; }

    /// <summary>Read usage from metrics.k8s.io.</summary>
    [Parameter]
    public bool MetricsEnabled { get; set; }

    /// <summary>Raise an alert when a node becomes NotReady.</summary>
    [Parameter]
    public bool AlertOnNodeFailure { get; set; }

    /// <summary>Failing nodes that are needed for an alert about them: 1 to 1000.</summary>
    [Parameter]
    public int AlertMinimumNodes { get; set; }

    /// <summary>How long a cause must last before its alert; null for 15 seconds.</summary>
    [Parameter]
    [Duration]
    [AllowNull]
    public TimeSpan? AlertDebounce { get; set; }

    /// <summary>The minimum number of nodes after scaling down: 1 to 100.</summary>
    [Parameter]
    public int MinNodes { get; set; }

    /// <summary>The maximum number of nodes after scaling up: 1 to 1000.</summary>
    [Parameter]
    public int MaxNodes { get; set; }

    /// <summary>The drain timeout per node; null for no limit.</summary>
    [Parameter]
    [Duration]
    [AllowNull]
    public TimeSpan? DrainTimeout { get; set; }

    /// <summary>The grace period of pods in drains; null for their own.</summary>
    [Parameter]
    [Duration]
    [AllowNull]
    public TimeSpan? DrainGracePeriod { get; set; }

    /// <summary>
    /// Ready pods of a workload without a PDB that may be unavailable while several nodes are drained: a number, a percentage, Off, or null for
    /// 25 %.
    /// </summary>
    [Parameter]
    [AllowNull]
    [ArgumentCompleter(typeof(UnavailablePodsCompleter))]
    public string? WorkloadMaxUnavailable { get; set; }

    /// <summary>How long such drains wait for a replacement; null for 2 minutes.</summary>
    [Parameter]
    [Duration]
    [AllowNull]
    public TimeSpan? WorkloadWait { get; set; }

    /// <summary>The namespace of the scheduler's ConfigMap and Deployment; null to discover it.</summary>
    [Parameter]
    [AllowNull]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string? SchedulerNamespace { get; set; }

    /// <summary>The ConfigMap with the scheduler's configuration; null to discover it.</summary>
    [Parameter]
    [AllowNull]
    [ArgumentCompleter(typeof(SchedulerCompleter))]
    public string? SchedulerConfigMap { get; set; }

    /// <summary>The ConfigMap's key; null to discover it.</summary>
    [Parameter]
    [AllowNull]
    public string? SchedulerConfigKey { get; set; }

    /// <summary>The scheduler's Deployment; null to discover it.</summary>
    [Parameter]
    [AllowNull]
    [ArgumentCompleter(typeof(SchedulerCompleter))]
    public string? SchedulerDeployment { get; set; }

    /// <summary>Contexts that are protected in later sessions: names or wildcards, separated by commas.</summary>
    [Parameter]
    [AllowNull]
    [ArgumentCompleter(typeof(ContextCompleter))]
    public string? ProtectedContexts { get; set; }

    /// <summary>The image of pods that run commands as root on nodes, by digest; null to allow no such commands.</summary>
    [Parameter]
    [AllowNull]
    public string? NodeCommandImage { get; set; }

    /// <summary>The namespace of these pods; null for nodemanager-node-shell.</summary>
    [Parameter]
    [AllowNull]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string? NodeCommandNamespace { get; set; }

    /// <summary>The service of the cluster's node pools; null for none, or the embedded cluster's own. Only in sessions.</summary>
    [Parameter]
    [PoolService]
    [AllowNull]
    public PoolServiceConfiguration? PoolService { get; set; }

    /// <summary>A JSON file with options. Bound parameters override it.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Where the options are stored: in the session, in the user's file, or in the project's file.</summary>
    [Parameter]
    [ValidateSet("Session", "User", "Project")]
    public string Scope { get; set; } = ConfigurationLayers.Session;

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Begin()
    {
        DurationAttribute.RequireNotNegative(nameof(DrainTimeout), DrainTimeout);
        DurationAttribute.RequireNotNegative(nameof(DrainGracePeriod), DrainGracePeriod);
        DurationAttribute.RequireNotNegative(nameof(WorkloadWait), WorkloadWait);
        PoolSessions.Check(PoolService);
        if (Scope != ConfigurationLayers.Session && IsBound(nameof(PoolService)))
        {
            throw new NodeManagerException(
                ErrorIds.ConfigurationValueInvalid,
                ErrorKind.InvalidArgument,
                $"-PoolService belongs to a session, not to a file: scope is {Scope}.",
                Scope,
                "Leave out -Scope, or use Connect-NodeManager -PoolService in your profile."
            );
        }
    }

    private protected override void End()
    {
        var changes = new Dictionary<string, object?>(
            Path is null ? [] : ConfigurationLayers.ReadFile(GetUnresolvedProviderPathFromPSPath(Path))
        );
        foreach (string option in ConfigurationLayers.OptionNames)
        {
            if (MyInvocation.BoundParameters.TryGetValue(option, out object? value))
                changes[option] = value;
        }

        if (Scope == ConfigurationLayers.Session)
            ChangeSessions(changes);
        else
            ChangeFile(changes);
    }

    private void ChangeSessions(Dictionary<string, object?> changes)
    {
        foreach (NodeManagerSession session in Sessions)
        {
            // Before the prompt, so that -WhatIf reports invalid values.
            ConfigurationLayers.Change(session.Configuration, changes);
            if (!ShouldProcessLocally($"session to cluster '{session.Cluster}'", "Set configuration"))
                continue;
            NodeManagerConfiguration configuration = session.Configure(before => WithPools(ConfigurationLayers.Change(before, changes)));
            if (PassThru)
                WriteObject(configuration);
        }
    }

    private NodeManagerConfiguration WithPools(NodeManagerConfiguration configuration) =>
        IsBound(nameof(PoolService)) ? new(configuration) { PoolService = PoolService } : configuration;

    private void ChangeFile(Dictionary<string, object?> changes)
    {
        string file =
            Scope == "User"
                ? ConfigurationLayers.UserFile
                : ConfigurationLayers.ProjectFile(CurrentFolder)
                    ?? System.IO.Path.Combine(CurrentFolder, ConfigurationLayers.ProjectFileName);
        ConfigurationLayers.Check(file, changes);
        if (!ShouldProcessLocally(file, "Set configuration"))
            return;
        ConfigurationLayers.Save(file, changes);
        if (PassThru)
            WriteObject(ConfigurationLayers.Load(CurrentFolder));
    }
}

using System.Management.Automation;
using NodeManager.Commands.Bases;
using NodeManager.Completion;
using NodeManager.Parameters;

namespace NodeManager.Commands;

/// <summary>Changes what holds in a session where a command says nothing else. What is not named stays as it is.</summary>
[Cmdlet(VerbsCommon.Set, "NodeManagerConfiguration", SupportsShouldProcess = true)]
[OutputType(typeof(NodeManagerConfiguration))]
public sealed class SetNodeManagerConfigurationCommand : SessionCmdlet
{
    /// <summary>Ask metrics.k8s.io for usage.</summary>
    [Parameter]
    public bool MetricsEnabled { get; set; }

    /// <summary>How long a drain may take for each node; null: without end.</summary>
    [Parameter]
    [Duration]
    [AllowNull]
    public TimeSpan? DrainTimeout { get; set; }

    /// <summary>What pods get to terminate in a drain; null: what they ask for themselves.</summary>
    [Parameter]
    [Duration]
    [AllowNull]
    public TimeSpan? DrainGracePeriod { get; set; }

    /// <summary>The namespace of the scheduler's ConfigMap and Deployment; null: found out.</summary>
    [Parameter]
    [AllowNull]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string? SchedulerNamespace { get; set; }

    /// <summary>The ConfigMap that holds the scheduler's configuration; null: found out.</summary>
    [Parameter]
    [AllowNull]
    [ArgumentCompleter(typeof(SchedulerCompleter))]
    public string? SchedulerConfigMap { get; set; }

    /// <summary>The ConfigMap's key; null: found out.</summary>
    [Parameter]
    [AllowNull]
    public string? SchedulerConfigKey { get; set; }

    /// <summary>The Deployment that runs the scheduler; null: found out.</summary>
    [Parameter]
    [AllowNull]
    [ArgumentCompleter(typeof(SchedulerCompleter))]
    public string? SchedulerDeployment { get; set; }

    /// <summary>Emit the configuration as it then is.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Begin()
    {
        DurationAttribute.RequireNotNegative(nameof(DrainTimeout), DrainTimeout);
        DurationAttribute.RequireNotNegative(nameof(DrainGracePeriod), DrainGracePeriod);
    }

    private protected override void End()
    {
        foreach (NodeManagerSession session in Sessions)
        {
            if (!ShouldProcess($"session to cluster '{session.Cluster}'", "Set configuration"))
                continue;
            NodeManagerConfiguration configuration = session.Configure(Changed);
            if (PassThru)
                WriteObject(configuration);
        }
    }

    private NodeManagerConfiguration Changed(NodeManagerConfiguration before) => new(before)
    {
        MetricsEnabled = IsBound(nameof(MetricsEnabled)) ? MetricsEnabled : before.MetricsEnabled,
        DrainTimeout = IsBound(nameof(DrainTimeout)) ? DrainTimeout : before.DrainTimeout,
        DrainGracePeriod = IsBound(nameof(DrainGracePeriod)) ? DrainGracePeriod : before.DrainGracePeriod,
        SchedulerNamespace = Text(nameof(SchedulerNamespace), SchedulerNamespace, before.SchedulerNamespace),
        SchedulerConfigMap = Text(nameof(SchedulerConfigMap), SchedulerConfigMap, before.SchedulerConfigMap),
        SchedulerConfigKey = Text(nameof(SchedulerConfigKey), SchedulerConfigKey, before.SchedulerConfigKey),
        SchedulerDeployment = Text(nameof(SchedulerDeployment), SchedulerDeployment, before.SchedulerDeployment),
    };

    // PowerShell makes an empty text of $null.
    private string? Text(string parameter, string? given, string? before) => !IsBound(parameter) ? before : given is { Length: > 0 } ? given : null;
}

using System.Management.Automation;
using NodeManager.Parameters;
using NodeManager.Sessions;

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
            NodeManagerConfiguration before = session.Configuration;
            session.Configuration = new()
            {
                Cluster = session.Cluster,
                Session = session,
                MetricsEnabled = IsGiven(nameof(MetricsEnabled)) ? MetricsEnabled : before.MetricsEnabled,
                DrainTimeout = IsGiven(nameof(DrainTimeout)) ? DrainTimeout : before.DrainTimeout,
                DrainGracePeriod = IsGiven(nameof(DrainGracePeriod)) ? DrainGracePeriod : before.DrainGracePeriod,
                SchedulerPlugins = before.SchedulerPlugins,
            };
            if (PassThru)
                WriteObject(session.Configuration);
        }
    }

    private bool IsGiven(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);
}

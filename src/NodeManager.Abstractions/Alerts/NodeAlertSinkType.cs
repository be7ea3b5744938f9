namespace NodeManager;

/// <summary>The kinds of sinks.</summary>
public static class NodeAlertSinkType
{
    /// <summary>A POST of NodeManager's own JSON, signed where a secret is given.</summary>
    public const string Webhook = "Webhook";

    /// <summary>A Slack incoming webhook.</summary>
    public const string Slack = "Slack";

    /// <summary>An Adaptive Card to a Microsoft Teams Workflows URL.</summary>
    public const string Teams = "Teams";

    /// <summary>Prometheus Alertmanager's v2 API.</summary>
    public const string Alertmanager = "Alertmanager";

    /// <summary>Kubernetes Events in the monitored cluster.</summary>
    public const string Event = "Event";

    /// <summary>A script block.</summary>
    public const string ScriptBlock = "ScriptBlock";

    /// <summary>The session's log and the job's verbose stream.</summary>
    public const string Log = "Log";
}

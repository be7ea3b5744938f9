namespace NodeManager;

/// <summary>How a plugin came to be known.</summary>
public static class SchedulerPluginSource
{
    /// <summary>In kube-scheduler itself.</summary>
    public const string BuiltIn = nameof(BuiltIn);

    /// <summary>Well known; a scheduler has it only if it was built with it.</summary>
    public const string Public = nameof(Public);

    /// <summary>Registered in the session.</summary>
    public const string Session = nameof(Session);

    /// <summary>Registered in the cluster, for all users.</summary>
    public const string Cluster = nameof(Cluster);
}
